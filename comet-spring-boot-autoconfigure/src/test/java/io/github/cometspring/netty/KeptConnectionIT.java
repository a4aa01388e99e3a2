package io.github.cometspring.netty;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A connection that is kept, on which a controller answers when a delivery is done: on
 * another thread than the connection's, and while the next request is already there.
 * <p>
 * Reactor Netty before 1.3.8 stops reading from such a connection sooner or later.
 */
class KeptConnectionIT {

	@RegisterExtension
	static final ServedClass served = new ServedClass(new Class<?>[] { Publisher.class });

	private static final int ROUNDS = 1000;

	/** As many as there may be event loops, so that hardly one is without. */
	private static final int LISTENERS = 8;

	@Test
	void requestWhenNextIsAlreadyThereShouldBeAnsweredEachTime() {
		Channel channel = served.channel();
		listen(channel);
		RawConnection kept = served.connect();
		kept.send(deliver(channel));
		for (int round = 1; round <= ROUNDS; round++) {
			kept.send((round < ROUNDS) ? deliver(channel) : "");
			assertThat(kept.read().body()).as("round " + round).isEqualTo(String.valueOf(LISTENERS));
		}
	}

	@Test
	void requestWhenNextIsAnsweredAtOnceShouldBeAnsweredEachTime() {
		Channel channel = served.channel();
		listen(channel);
		RawConnection kept = served.connect();
		for (int round = 1; round <= ROUNDS / 2; round++) {
			kept.send(deliver(channel) + "GET /at-once HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(kept.read().body()).as("round " + round).isEqualTo(String.valueOf(LISTENERS));
			assertThat(kept.read().body()).as("round " + round).isEqualTo("done");
		}
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

		@GetMapping("/at-once")
		String atOnce() {
			return "done";
		}

	}

}
