package io.github.cometspring.actuate;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import com.sun.management.UnixOperatingSystemMXBean;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.JavaProcess;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands while very many polls wait.
 */
class MassDeactivationIT {

	private static final int POLLS = 10_000;

	private static final long OTHER_FILES = 1_000;

	private static final Duration ARRIVAL = Duration.ofMinutes(1);

	// Generous, as the machine may be busy with other things
	private static final Duration AT_ONCE = Duration.ofSeconds(15);

	@Test
	@Timeout(value = 3, unit = TimeUnit.MINUTES)
	void deactivateWhenManyPollsWaitShouldAnswerAllAtOnce() throws Exception {
		int polls = howMany();
		try (CometServer server = CometServer.start("comet.timeout=10m")) {
			Channel channel = server.create("herd");
			try (JavaProcess herd = JavaProcess.start(PollHerd.class, List.of("-Xmx256m"),
					List.of(String.valueOf(server.port()), "registration=herd", String.valueOf(polls)))) {
				herd.await("SENT");
				Await.within(ARRIVAL, () -> channel.subscribers() == polls);
				assertThat(Operator.json(Operator.of(server.port()).get("/actuator/comet"))
					.at("/connections/legacy")
					.asInt()).isEqualTo(polls);

				long begin = System.nanoTime();
				assertThat(Operator.of(server.port()).post("/actuator/comet/deactivate").status()).isEqualTo(200);
				assertRefusedBeforeBodyIsRead(server);
				String answers = herd.await("ANSWERS ");
				Duration time = Duration.ofNanos(System.nanoTime() - begin);
				System.out.printf("From the command to the last of %d answers: %d ms%n", polls, time.toMillis());

				assertThat(answers).isEqualTo("{HTTP/1.1 503 Service Unavailable=" + polls + "}");
				assertThat(time).isLessThan(AT_ONCE);
				Await.until(() -> channel.subscribers() == 0);
				assertThat(Operator.json(Operator.of(server.port()).post("/actuator/comet/activate"))
					.at("/connections/legacy")
					.asInt()).isZero();
			}
		}
	}

	private static int howMany() {
		long files = (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system)
				? system.getMaxFileDescriptorCount() : Long.MAX_VALUE;
		int polls = (int) Math.min(POLLS, files - OTHER_FILES);
		if (polls < POLLS) {
			System.out.printf("%d polls instead of %d, as a process may open %d files%n", polls, POLLS, files);
		}
		return polls;
	}

	private static void assertRefusedBeforeBodyIsRead(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send("POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ "Content-Length: 100\r\n\r\n");
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isNotNull();
			assertThat(answer.bytes()).isEmpty();
		}
	}

}
