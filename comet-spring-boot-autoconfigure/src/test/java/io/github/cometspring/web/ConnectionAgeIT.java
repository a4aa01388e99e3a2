package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections that have reached their maximum age: their clients go on elsewhere, and
 * lose nothing.
 */
@SetsFastPath
class ConnectionAgeIT {

	private static final int LIVES = 3;

	private static final List<String> ENDED = new CopyOnWriteArrayList<>();

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private final List<String> messages = new ArrayList<>();

	@BeforeEach
	void forget() {
		ENDED.clear();
	}

	@ParameterizedTest
	@EnumSource
	void eventStreamShouldEndAndGoOnFromItsLastId(Way way) {
		try (CometServer server = start(way); RawConnection connection = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			Disposable publishing = publish(channel);
			String query = "channel=a&cursor=earliest";
			String[] headers = {};
			for (int life = 0; life < LIVES; life++) {
				// The same connection: the stream was complete, and was not cut.
				RawEventStream stream = RawEventStream.open(connection, query, headers);
				for (RawEventStream.Event event = stream.nextMessage(); event != null; event = stream.nextMessage()) {
					this.messages.add(data(JsonMapper.shared().readTree(event.data())));
				}
				headers = new String[] { "Last-Event-ID: " + stream.lastId() };
			}
			publishing.dispose();
			assertNothingIsMissing();
			assertThat(ENDED.stream().filter("sse AGED"::equals).count()).isGreaterThanOrEqualTo(LIVES - 1);
		}
	}

	@ParameterizedTest
	@EnumSource
	void webSocketShouldBeClosedWith1001AndGoOnFromItsCursor(Way way) {
		try (CometServer server = start(way)) {
			Channel channel = server.create("a");
			Disposable publishing = publish(channel);
			String cursor = "earliest";
			for (int life = 0; life < LIVES; life++) {
				try (RawWebSocket socket = RawWebSocket.open(server.port())) {
					socket.send("{\"subscribe\":[\"a\"],\"cursor\":\"" + cursor + "\"}");
					String text = socket.text();
					while (!text.startsWith("c")) {
						JsonNode frame = JsonMapper.shared().readTree(text);
						frame.path("messages").forEach((message) -> this.messages.add(data(message)));
						cursor = frame.path("cursor").asString(cursor);
						text = socket.text();
					}
					assertThat(text).isEqualTo("close 1001");
				}
			}
			publishing.dispose();
			assertNothingIsMissing();
			Await.until(() -> ENDED.stream().filter("websocket AGED"::equals).count() == LIVES);
		}
	}

	@ParameterizedTest
	@EnumSource
	void pollsShouldBeHeldForLonger(Way way) {
		try (CometServer server = start(way, "comet.timeout=1h")) {
			Channel channel = server.create("a");
			server.create("b");
			try (RawConnection legacy = RawConnection.open(server.port()).poll("registration=a");
					RawConnection json = RawConnection.open(server.port())
						.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}")) {
				Await.until(() -> channel.subscribers() == 2);
				try (RawEventStream younger = RawEventStream.open(server.port(), "channel=b")) {
					assertThat(younger.nextMessage()).isNull();
				}
				assertThat(channel.subscribers()).isEqualTo(2);
				channel.publish("1").block();
				assertThat(legacy.read().body()).isEqualTo("a:1");
				assertThat(json.read().body()).contains("\"1\"");
			}
		}
	}

	private static CometServer start(Way way, String... properties) {
		List<String> all = new ArrayList<>(List.of(properties));
		all.add("comet.max-connection-age=600ms");
		all.add("comet.history.size=10000");
		all.add("comet.fast-path=" + (way != Way.DEFAULT_PATH));
		Class<?>[] configuration = (way == Way.FILTERED) ? new Class<?>[] { Endings.class, PassingFilter.class }
				: new Class<?>[] { Endings.class };
		return CometServer.start(configuration, all.toArray(String[]::new));
	}

	private static Disposable publish(Channel channel) {
		return Flux.interval(Duration.ofMillis(5))
			.onBackpressureDrop()
			.scan(0, (last, tick) -> last + 1)
			.skip(1)
			.concatMap((number) -> channel.publish(number.toString()))
			.subscribe();
	}

	private void assertNothingIsMissing() {
		assertThat(this.messages).isNotEmpty()
			.isEqualTo(IntStream.rangeClosed(1, this.messages.size()).mapToObj(Integer::toString).toList());
	}

	private static String data(JsonNode message) {
		return message.get("data").asString();
	}

	/** The ways of an answer. */
	enum Way {

		FAST_PATH, DEFAULT_PATH, FILTERED

	}

	@Configuration(proxyBeanMethods = false)
	static class Endings {

		@Bean
		SubscriptionListener endings() {
			return new SubscriptionListener() {

				@Override
				public void ended(Transport transport, EndReason reason) {
					ENDED.add(transport.id() + " " + reason);
				}

			};
		}

	}

}
