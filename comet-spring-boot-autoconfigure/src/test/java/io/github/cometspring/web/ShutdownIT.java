package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that shuts down does not wait for held polls.
 */
@OneNodeOnly("Servers of one JVM share their event loops, which end with the first server")
@AlsoOnIoUring
class ShutdownIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@ValueSource(strings = { "graceful", "immediate" })
	void closeShouldAnswerHeldPollsAtOnce(String mode) {
		List<RawConnection> clients = new ArrayList<>();
		CometServer server = CometServer.start("server.shutdown=" + mode, "comet.timeout=1h");
		try {
			Channel channel = server.create("a");
			for (int i = 0; i < 20; i++) {
				clients.add(RawConnection.open(server.port()).poll("registration=a"));
			}
			Await.until(() -> channel.subscribers() == 20);
			long start = System.nanoTime();
			server.close();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
			for (RawConnection client : clients) {
				Answer answer = client.read();
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.header("Retry-After")).matches("\\d+");
				assertThat(answer.header("Comet-Cursor")).matches("[\\w-]{23}");
				assertThat(answer.body()).isEmpty();
				assertThat(client.isClosedByServer()).isTrue();
			}
		}
		finally {
			clients.forEach(RawConnection::close);
			server.close();
		}
	}

}
