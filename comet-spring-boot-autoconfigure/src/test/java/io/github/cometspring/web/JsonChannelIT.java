package io.github.cometspring.web;

import java.net.URI;
import java.time.Duration;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.client.ReactorNettyWebSocketClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A JSON channel in each dialect.
 */
class JsonChannelIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String JSON = "{\n \"bid\" : 1.50, \"by\": [\"é\", null] }";

	private static final String MESSAGE = "{\"channel\":\"prices\",\"data\":{\"bid\":1.50,\"by\":[\"é\",null]}}";

	private static CometServer server;

	private static String start;

	@BeforeAll
	static void start() {
		server = CometServer.start();
		Channel channel = await(
				server.channels().create("prices", ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON)));
		ChannelHandle text = await(server.create("text").handle());
		ChannelHandle json = await(channel.handle());
		start = Cursor.parse(text.cursor()).and(Cursor.parse(json.cursor())).token();
		await(channel.publish(JSON));
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void jsonPollShouldCarryValueItself() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", "application/json",
					"{\"channels\":[\"text\",\"prices\"],\"cursor\":\"" + start + "\"}");
			assertThat(client.read().body()).contains("\"messages\":[" + MESSAGE + "]").doesNotContain("gaps");
		}
	}

	@Test
	void eventStreamShouldCarryValueInOneLine() {
		try (RawConnection client = RawConnection.open(server.port())) {
			Channel end = await(
					server.channels().create("end", ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON)));
			String cursor = await(end.cursor()).token();
			await(end.publish(JSON));
			client.send("GET /comet?channel=end&cursor=" + cursor
					+ " HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
			Await.until(() -> end.subscribers() == 1);
			end.close().block(PATIENCE);
			assertThat(client.read().body())
				.contains("\ndata: " + MESSAGE.replace("prices", "end") + "\n\nevent: ended\n");
		}
	}

	@Test
	void webSocketShouldCarryValueItself() {
		Sinks.One<String> received = Sinks.one();
		Mono<Void> socket = new ReactorNettyWebSocketClient().execute(
				URI.create("ws://localhost:" + server.port() + "/comet"),
				(session) -> session
					.send(Mono.just(session.textMessage("{\"subscribe\":[\"prices\"],\"cursor\":\"" + start + "\"}")))
					.thenMany(session.receive())
					.map(WebSocketMessage::getPayloadAsText)
					.filter((frame) -> frame.contains("messages"))
					.next()
					.doOnNext(received::tryEmitValue)
					.then());
		socket.block(PATIENCE);
		assertThat(await(received.asMono())).contains("\"messages\":[" + MESSAGE + "]");
	}

	@Test
	void legacyPollShouldCarryTextEncoded() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=prices", "Comet-Cursor: " + start);
			assertThat(client.read().body())
				.isEqualTo("prices:%7B%22bid%22%3A1.50%2C%22by%22%3A%5B%22%C3%A9%22%2Cnull%5D%7D");
		}
	}

	private static <T> T await(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(PATIENCE));
	}

}
