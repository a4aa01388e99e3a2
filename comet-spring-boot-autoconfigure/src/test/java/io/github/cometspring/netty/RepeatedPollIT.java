package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.netty.FilteredServer.Asked;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A poll behind Spring Security that has the head of an earlier one on its connection
 * passes no filter; the authorizer and the orders of an operator apply to it.
 */
@SetsFastPath
@OneNodeOnly("The requests that pass the filters of one node are counted")
class RepeatedPollIT {

	@RegisterExtension
	static final FilteredServer comet = new FilteredServer("comet.login-max-age=1h");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int POLLS = 4;

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" }, mode = Mode.INCLUDE)
	void repeatedPollShouldPassNoFilter(Transport transport) {
		try (RawConnection client = comet.connect()) {
			List<String> headers = List.of();
			for (int i = 0; i < POLLS; i++) {
				Answer answer = comet.deliver(transport, client, Users.login("ada"));
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.body()).contains("m");
				List<String> received = answer.headers()
					.stream()
					.map((line) -> line.replaceFirst("(?i)^(comet-cursor|content-length): .*", "$1"))
					.toList();
				assertThat(received).contains("X-Frame-Options: DENY");
				assertThat(received).isEqualTo(headers.isEmpty() ? received : headers);
				headers = received;
			}
		}
		assertThat(comet.passed()).isOne();
		// A slot is free when its answer has been taken, which the client knows earlier.
		Await.until(() -> comet.server().connections(transport) == 0);
	}

	/** The client goes on from the answer that it got last. */
	@Test
	void pollWithACursorShouldBeRepeated() {
		try (RawConnection client = comet.connect()) {
			String cursor = "none";
			for (int i = 0; i < POLLS; i++) {
				String sent = cursor;
				Channel channel = comet.channel();
				if (i == 0) {
					client.poll("registration=a", Users.login("ada"));
				}
				else {
					client.poll("registration=a", Users.login("ada"), "Comet-Cursor: " + sent);
				}
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m" + i).block(PATIENCE);
				Answer answer = client.read();
				assertThat(answer.body()).isEqualTo("a:m" + i);
				cursor = Objects.requireNonNull(answer.header("Comet-Cursor"));
				assertThat(cursor).isNotEqualTo(sent);
				Await.until(() -> channel.subscribers() == 0);
			}
		}
		assertThat(comet.passed()).isOne();
	}

	@Test
	void pollThatIsAnsweredAtOnceShouldBeRepeated() {
		try (RawConnection client = comet.connect()) {
			for (int i = 0; i < POLLS; i++) {
				client.poll("registration=unknown", Users.login("ada"));
				Answer answer = client.read();
				assertThat(answer.body()).isEqualTo("unknown:ENDED_CHANNEL");
				assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
			}
		}
		assertThat(comet.passed()).isOne();
	}

	@Test
	void authorizerShouldBeAskedAtEachPoll() {
		try (RawConnection client = comet.connect()) {
			for (int i = 0; i < POLLS; i++) {
				comet.deliver(client, Users.login("ada"), "X-Page: 7");
			}
		}
		assertThat(comet.passed()).isOne();
		assertThat(comet.asked()).hasSize(POLLS).containsOnly(new Asked("ada", "ada", "7", "note of ada"));
	}

	@Test
	void orderToDisconnectShouldEndRepeatedPoll() {
		try (RawConnection client = comet.connect()) {
			comet.deliver(client, Users.login("ada"));
			client.poll("registration=a", Users.login("ada"));
			Await.until(() -> comet.channel().subscribers() == 1);
			comet.server().control().disconnect("ada").block(PATIENCE);
			assertThat(client.read().status()).isEqualTo(401);
		}
		assertThat(comet.passed()).isOne();
	}

	@Test
	void pollWhileInactiveShouldBeRefusedByTheServer() {
		try (RawConnection client = comet.connect()) {
			comet.deliver(client, Users.login("ada"));
			comet.server().control().deactivate().block(PATIENCE);
			client.poll("registration=a", Users.login("ada"));
			assertThat(client.read().status()).isEqualTo(503);
			comet.server().control().activate().block(PATIENCE);
			assertThat(comet.deliver(client, Users.login("ada")).body()).contains("m");
		}
	}

}
