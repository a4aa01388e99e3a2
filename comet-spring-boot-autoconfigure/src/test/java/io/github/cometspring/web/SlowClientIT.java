package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.netty.ConnectionGuard;
import io.github.cometspring.netty.NettyClientSockets;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Disconnects clients that delay their requests, but not clients that wait for the
 * server.
 */
class SlowClientIT {

	private static final Duration PATIENCE = Duration.ofMillis(500);

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { ShortTimeout.class }, "comet.timeout=1h");

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	@ParameterizedTest
	@ValueSource(strings = { "", "P", "POST /comet HTTP/1.1\r\nHost: loc", POLL,
			// Refused before its body arrives
			"POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nbegun",
			"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\nGET /no" })
	void clientThatDoesNotGoOnShouldBeCut(String beginning) {
		try (RawConnection client = RawConnection.open(comet.port())) {
			client.send(beginning);
			client.readToEnd();
		}
	}

	@Test
	void clientThatSendsByteByByteShouldBeCut() {
		try (RawConnection client = RawConnection.open(comet.port())) {
			String head = POLL + "X: " + "x".repeat(1_000);
			int sent = 0;
			while (client.readFor(Duration.ofMillis(20)).isEmpty() && sent < 200 && trySend(client, head, sent)) {
				sent++;
			}
			assertThat(sent).isLessThan(200);
		}
	}

	private static boolean trySend(RawConnection client, String head, int at) {
		try {
			client.send(head.substring(at, at + 1));
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	@Test
	void clientsThatWaitForTheServerShouldStay() {
		RawConnection poll = comet.connect().poll("registration=" + comet.name());
		RawEventStream stream = comet.open(RawEventStream.open(comet.port(), "channel=" + comet.name()));
		Await.until(() -> comet.channel().subscribers() == 2);
		try (RawConnection late = RawConnection.open(comet.port())) {
			// A client that connected after them has been disconnected.
			late.readToEnd();
		}
		assertThat(comet.channel().subscribers()).isEqualTo(2);
		comet.publish("m");
		assertThat(poll.read().body()).isEqualTo(comet.name() + ":m");
		// The next request may take a while.
		assertThat(poll.readFor(PATIENCE.plusMillis(100))).isEmpty();
		assertThat(poll.poll("registration=x").read().body()).isEqualTo("x:ENDED_CHANNEL");
		stream.close();
	}

	@Configuration(proxyBeanMethods = false)
	static class ShortTimeout {

		@Bean
		ConnectionGuard shortTimeoutGuard(NettyClientSockets sockets) {
			return new ConnectionGuard(sockets, PATIENCE);
		}

	}

}
