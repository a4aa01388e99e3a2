package io.github.cometspring.web;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls from the pages of other origins.
 */
class AllowedOriginsIT {

	private static final String FRIEND = "Origin: https://friend.example";

	private static final String STRANGER = "Origin: https://stranger.example";

	private static final String[] PREFLIGHT = { "Access-Control-Request-Method: POST",
			"Access-Control-Request-Headers: content-type,comet-cursor" };

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private static CometServer closed;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.allowed-origins=https://friend.example");
		closed = CometServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
		closed.close();
	}

	@Test
	void preflightWhenOriginIsAllowedShouldAllowPoll() {
		Answer answer = preflight(server, FRIEND);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		assertThat(answer.header("Access-Control-Allow-Methods")).isEqualTo("GET,POST");
		assertThat(answer.header("Access-Control-Allow-Headers")).isEqualToIgnoringCase("content-type, comet-cursor");
	}

	@Test
	void preflightWhenOriginIsForeignShouldBeRefused() {
		Answer answer = preflight(server, STRANGER);
		assertThat(answer.status()).isEqualTo(403);
		assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
	}

	@Test
	void preflightWhenNoOriginIsAllowedShouldAllowNothing() {
		assertThat(preflight(closed, FRIEND).header("Access-Control-Allow-Origin")).isNull();
	}

	@Test
	void pollWhenOriginIsAllowedShouldShowCursorToThePage() {
		Answer answer = server.poll("registration=x", FRIEND);
		assertThat(answer.body()).isEqualTo("x:ENDED_CHANNEL");
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		assertThat(answer.header("Access-Control-Expose-Headers")).contains("Comet-Cursor", "Comet-Gap", "Retry-After");
	}

	@Test
	void pollWhenOriginIsForeignShouldBeRefused() {
		assertThat(server.poll("registration=x", STRANGER).status()).isEqualTo(403);
	}

	@Test
	void pollWhenNoOriginIsAllowedShouldNotBeShownToThePage() {
		Answer answer = closed.poll("registration=x", FRIEND);
		assertThat(answer.header("Access-Control-Allow-Origin")).isNull();
	}

	@Test
	void pollWhenOfTheSameOriginShouldBeAnswered() {
		assertThat(server.poll("registration=x", "Origin: http://localhost:" + server.port()).status()).isEqualTo(200);
	}

	@Test
	void jsonPollWhenOriginIsForeignShouldBeRefused() {
		assertThat(jsonPoll(server, STRANGER).status()).isEqualTo(403);
		assertThat(jsonPoll(server, "Origin: null").status()).isEqualTo(403);
		assertThat(jsonPoll(server, FRIEND).header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
	}

	@Test
	void jsonPollWhenNoOriginIsAllowedShouldNotBeShownToThePage() {
		assertThat(jsonPoll(closed, FRIEND).header("Access-Control-Allow-Origin")).isNull();
	}

	@Test
	void streamWhenNoOriginIsAllowedShouldNotBeShownToThePage() {
		try (RawConnection client = RawConnection.open(closed.port())) {
			client.request("GET", "/comet?channel=x", null, "", "Accept: text/event-stream", FRIEND);
			assertThat(client.read().header("Access-Control-Allow-Origin")).isNull();
		}
	}

	@Test
	void handshakeWhenNoOriginIsAllowedShouldBeRefusedButFromTheSame() {
		assertThat(handshake(closed, FRIEND).status()).isEqualTo(403);
		assertThat(handshake(closed, "Origin: null").status()).isEqualTo(403);
		// Another scheme or port is another origin; a client that is no page has none.
		assertThat(handshake(closed, "Origin: https://localhost").status()).isEqualTo(403);
		assertThat(handshake(closed, "Origin: http://localhost:1").status()).isEqualTo(403);
		assertThat(handshake(closed, "Origin: http://localhost").status()).isEqualTo(101);
		assertThat(handshake(closed).status()).isEqualTo(101);
	}

	private static Answer jsonPoll(CometServer server, String origin) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("POST", "/comet", "application/json", "{\"channels\":[\"x\"]}", origin).read();
		}
	}

	private static Answer handshake(CometServer server, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return RawWebSocket.handshake(client, headers);
		}
	}

	private static Answer preflight(CometServer server, String origin) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("OPTIONS", "/comet", null, "", origin, PREFLIGHT[0], PREFLIGHT[1]).read();
		}
	}

}
