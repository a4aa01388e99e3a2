package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.ServerProcess;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A process that gets SIGTERM while clients wait. Their numbers can be set, such as
 * {@code testing.polls=10000} and {@code testing.streams=2000}. What they are sent
 * meanwhile, and that they lose nothing, is shown by {@link ShutdownSpreadIT}.
 */
@SetsFastPath
@OneNodeOnly("The server is a process of its own")
class TerminatedServerIT {

	private static final int POLLS = Integer.getInteger("testing.polls", 500);

	private static final int STREAMS = Integer.getInteger("testing.streams", 100);

	private static final Duration SPREAD = Duration.ofSeconds(3);

	// Two seconds on a machine that has time for it, of which this allows for
	private static final Duration AFTER_THE_LAST = Duration.ofSeconds(20);

	@Test
	@Timeout(120)
	void processWhenTerminatedShouldEndItsClientsByAndByAndThenItself() {
		try (ServerProcess server = ServerProcess.start(List.of("-Xmx1g"), "comet.timeout=1h", "comet.heartbeat=1h",
				"comet.max-connections=20000", "spring.reactor.netty.shutdown-quiet-period=0s",
				"comet.shutdown.spread=" + SPREAD, "management.endpoints.web.exposure.include=comet");
				EndingCrowd crowd = new EndingCrowd(server.port(), POLLS, STREAMS)) {
			crowd.open(ServerProcess.CHANNEL);
			Await.until(() -> state(server.port()).contains("\"legacy\":" + POLLS));
			CompletableFuture<Long> end = server.terminate();
			crowd.readToEnd();
			assertThat(crowd.ends())
				.isEqualTo(Map.of("poll: 503 with a cursor and Retry-After", POLLS, "stream: completed", STREAMS));
			// Of some hundred random moments, the first and the last leave out little.
			assertThat(Duration.ofNanos(crowd.spread())).isGreaterThan(SPREAD.multipliedBy(3).dividedBy(4));
			assertThat(end).succeedsWithin(AFTER_THE_LAST);
			Duration after = Duration.ofNanos(end.join() - crowd.lastEnd());
			assertThat(after).isPositive();
			System.out.printf("%d polls and %d streams ended in %d ms; the process %d ms after the last%n", POLLS,
					STREAMS, Duration.ofNanos(crowd.spread()).toMillis(), after.toMillis());
		}
	}

	private static String state(int port) {
		try (RawConnection client = RawConnection.open(port)) {
			return client.send("GET /actuator/comet HTTP/1.1\r\nHost: localhost\r\n\r\n").read().body();
		}
	}

}
