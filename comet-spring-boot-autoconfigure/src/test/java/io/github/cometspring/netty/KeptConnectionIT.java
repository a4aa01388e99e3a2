package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A persistent connection on which a controller answers when a delivery is complete: on
 * another thread than the connection's, and while the next request has already arrived.
 * <p>
 * Reactor Netty before 1.3.8 stops reading from such a connection sooner or later.
 */
class KeptConnectionIT {

	@RegisterExtension
	static final ServedClass served = new ServedClass(new Class<?>[] { Publisher.class });

	private static final int ROUNDS = 1000;

	private static final Duration LATER = Duration.ofMillis(50);

	/** As many as there may be event loops, so that most have one. */
	private static final int LISTENERS = 8;

	@Test
	void requestWhenNextHasArrivedShouldBeAnsweredEachTime() {
		Channel channel = served.channel();
		listen(channel);
		RawConnection kept = served.connect();
		kept.send(deliver(channel));
		for (int round = 1; round <= ROUNDS; round++) {
			kept.send((round < ROUNDS) ? deliver(channel) : "");
			assertThat(kept.read().body()).as("round " + round).isEqualTo(String.valueOf(LISTENERS));
		}
	}

	/**
	 * The same without Comet. Each run fails on a Reactor Netty that has the fault.
	 */
	@Test
	void requestAfterOneThatHadToWaitShouldBeAnswered() {
		DisposableServer server = HttpServer.create()
			.host("localhost")
			.port(0)
			.handle((request, response) -> response
				.sendString(request.uri().equals("/later") ? Mono.delay(LATER).thenReturn("later") : Mono.just("now")))
			.bindNow();
		try (RawConnection kept = RawConnection.open(server.port())) {
			kept.send(get("/later") + get("/now"));
			assertThat(kept.read().body()).isEqualTo("later");
			assertThat(kept.read().body()).isEqualTo("now");
			assertThat(kept.send(get("/now")).read().body()).isEqualTo("now");
		}
		finally {
			server.disposeNow();
		}
	}

	private static String get(String path) {
		return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
	}

	private static void listen(Channel channel) {
		for (int i = 0; i < LISTENERS; i++) {
			served.connect()
				.request("GET", "/comet?channel=" + channel.id(), "text/plain", "", "Accept: text/event-stream");
		}
		Await.until(() -> channel.subscribers() == LISTENERS);
	}

	private static String deliver(Channel channel) {
		return "POST /deliver/" + channel.id() + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx";
	}

	@RestController
	static class Publisher {

		private final Channels channels;

		Publisher(Channels channels) {
			this.channels = channels;
		}

		@PostMapping("/deliver/{channel}")
		Mono<String> deliver(@PathVariable String channel) {
			return this.channels.find(channel)
				.flatMap((found) -> found.deliver("x"))
				.map(Outcome::delivered)
				.map(String::valueOf);
		}

	}

}
