package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Malformed HTTP on the port of the server.
 */
class MalformedHttpIT {

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.timeout=1ms");
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

	@ParameterizedTest
	@ValueSource(strings = { "\r\n\r\n", "GET\r\n\r\n", "POST /comet\r\n\r\n", "POST comet HTTP/1.1\r\n\r\n",
			"POST /comet HTTP/9.9\r\nHost: x\r\n\r\n", "\u0000\u0001\u0002\r\n\r\n", "\u0016\u0003\u0001\u0002\u0000",
			"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "POST /comet%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
			"POST //comet HTTP/1.1\r\nHost: localhost\r\n\r\n", "POST /comet HTTP/1.1\r\nHost: [\r\n\r\n",
			"OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n" })
	void requestWhenNotHttpShouldBeRefusedOrCut(String request) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(request);
			client.closeOutput();
			assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).doesNotContain(" 500 ");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "Content-Length: -1\r\n", "Content-Length: x\r\n", "Content-Length: 5, 6\r\n",
			"Content-Length: 14\r\nContent-Length: 15\r\n", "Content-Length: 99999999999999999999\r\n",
			"Content-Length: 14\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding: x\r\n",
			"Transfer-Encoding: chunked\r\nExpect: x\r\n", "Content-Encoding: gzip\r\nContent-Length: 14\r\n" })
	void pollWhenLengthIsNonsenseShouldBeNoError(String header) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(POLL + header + "\r\nregistration=x");
			client.closeOutput();
			assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).doesNotContain(" 500 ");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "zz\r\n", "-1\r\n", "e\r\nregistration=xyz", "7fffffffffff\r\n", "5\r\nabc" })
	void pollWhenChunksAreMalformedShouldBeRefusedOrCut(String chunks) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(POLL + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
			client.closeOutput();
			assertThat(new String(client.readToEnd(), StandardCharsets.ISO_8859_1)).doesNotContain(" 500 ");
		}
	}

	@Test
	void pollWhenHeadersAreManyShouldBeAnsweredOrRefused() {
		String[] few = new String[50];
		String[] many = new String[2000];
		for (int i = 0; i < many.length; i++) {
			many[i] = "X-Flood-" + i + ": " + i;
			few[i % few.length] = many[i];
		}
		assertThat(server.poll("registration=x", few).status()).isEqualTo(200);
		assertThat(server.poll("registration=x", many).status()).isIn(400, 413, 431);
	}

	@Test
	void pollWhenCutOffAnywhereShouldLeaveNothingBehind() {
		String request = POLL + "Content-Length: 14\r\n\r\nregistration=a";
		for (int length = 0; length < request.length(); length++) {
			try (RawConnection client = RawConnection.open(server.port())) {
				client.send(request.substring(0, length));
				if (length % 2 == 0) {
					client.reset();
				}
			}
		}
	}

}
