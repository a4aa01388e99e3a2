package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No request of a client causes an error of the server or a line in its log.
 */
class HostileRequestsIT {

	private static final int REQUESTS = 500;

	private static final String ALPHABET = "registration=&%u0A%0a;:+%\u0000\u00ff/abc\r\n\"'{}[]<>\u0080\u00c3\u00a9";

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.timeout=1ms");
		server.create("a");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void noClientShouldBeLeft() {
		Await.within(Duration.ofSeconds(1), () -> server.connections(Transport.LEGACY) == 0);
		assertThat(server.poll("registration=x").body()).isEqualTo("x:ENDED_CHANNEL");
	}

	@Test
	void pollWhenGeneratedShouldAnswer200Or400() {
		Random random = random();
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 0; i < REQUESTS; i++) {
				String body = (random.nextBoolean() ? "registration=" : "") + text(random, random.nextInt(200));
				Answer answer = client.poll(body).read();
				assertThat(answer.status()).as(body).isIn(200, 400);
				assertThat(answer.headers()).allMatch((line) -> line.chars().allMatch((c) -> c >= ' ' && c < 0x7F));
				assertThat(StandardCharsets.UTF_8.newEncoder().canEncode(answer.body())).isTrue();
			}
		}
	}

	@Test
	void pollWhenCursorIsGeneratedShouldAnswer200Or400() {
		Random random = random();
		String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/";
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 0; i < REQUESTS; i++) {
				StringBuilder cursor = new StringBuilder("A");
				random.ints(random.nextInt(90), 0, alphabet.length()).forEach((n) -> cursor.append(alphabet.charAt(n)));
				Answer answer = client.poll("registration=a", "Comet-Cursor: " + cursor).read();
				assertThat(answer.status()).as(cursor.toString()).isIn(200, 400);
			}
		}
	}

	@Test
	void pollWhenCursorIsLongShouldAnswer400() {
		assertThat(server.poll("registration=a", "Comet-Cursor: AQ" + "A".repeat(4000)).status()).isEqualTo(400);
	}

	@Test
	void pollWhenManyCursorsAreSentShouldAnswer400() {
		String[] cursors = new String[100];
		Arrays.fill(cursors, "Comet-Cursor: latest");
		assertThat(server.poll("registration=a", cursors).status()).isEqualTo(400);
	}

	@Test
	void pollWhenManyComeAndGoShouldLeaveNothingBehind() {
		Random random = random();
		for (int i = 0; i < 200; i++) {
			try (RawConnection client = RawConnection.open(server.port())) {
				client.send(POLL + "Content-Length: 14\r\n\r\n" + "registration=a".substring(random.nextInt(15)));
				if (random.nextBoolean()) {
					client.reset();
				}
			}
		}
	}

	private static String text(Random random, int length) {
		StringBuilder text = new StringBuilder();
		random.ints(length, 0, ALPHABET.length()).forEach((n) -> text.append(ALPHABET.charAt(n)));
		return text.toString();
	}

	private static Random random() {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("-Dcomet.test.seed=" + seed);
		return new Random(seed);
	}

}
