package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The header {@code Retry-After} of clients that are refused or ended together.
 */
class RetryAfterIT {

	private static final int MANY = 40;

	@RegisterExtension
	static final ServedClass comet = new ServedClass("comet.timeout=1h");

	@AfterEach
	void activate() {
		comet.server().control().activate().block();
	}

	@Test
	void heldPollsThatAreEndedTogetherShouldComeBackAtDifferentTimes() {
		List<RawConnection> polls = new ArrayList<>();
		for (int i = 0; i < MANY; i++) {
			RawConnection client = comet.connect();
			polls.add((i % 2 == 0) ? client.poll("registration=" + comet.name()) : client.request("POST", "/comet",
					"application/json", "{\"channels\":[\"" + comet.name() + "\"]}"));
		}
		Await.until(() -> comet.channel().subscribers() == MANY);
		comet.server().control().deactivate().block();
		assertVaries(polls.stream().map(RawConnection::read).toList());
	}

	@Test
	void clientsThatAreRefusedTogetherShouldComeBackAtDifferentTimes() {
		comet.server().control().deactivate().block();
		List<Answer> polls = new ArrayList<>();
		List<Answer> streams = new ArrayList<>();
		List<Answer> sockets = new ArrayList<>();
		for (int i = 0; i < MANY; i++) {
			polls.add(comet.server().poll("registration=" + comet.name()));
			streams.add(RawEventStream.ask(comet.port(), "channel=" + comet.name()));
			try (RawConnection client = RawConnection.open(comet.port())) {
				sockets.add(RawWebSocket.handshake(client));
			}
		}
		assertVaries(polls);
		assertVaries(streams);
		assertVaries(sockets);
	}

	private static void assertVaries(List<Answer> answers) {
		Set<Integer> seconds = new HashSet<>();
		for (Answer answer : answers) {
			assertThat(answer.status()).isEqualTo(503);
			seconds.add(Integer.valueOf(Objects.requireNonNull(answer.header("Retry-After"))));
		}
		assertThat(seconds).hasSizeGreaterThan(2).allMatch((value) -> value >= 1 && value <= RetryAfter.MOST_SECONDS);
	}

}
