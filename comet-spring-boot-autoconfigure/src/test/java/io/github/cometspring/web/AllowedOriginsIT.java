package io.github.cometspring.web;

import java.util.List;

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
	void handshakeWhenNoOriginIsAllowedShouldBeRefusedExceptFromSameOrigin() {
		assertThat(handshake(closed, FRIEND).status()).isEqualTo(403);
		assertThat(handshake(closed, "Origin: null").status()).isEqualTo(403);
		// Another port is another origin. Clients other than browsers send no origin.
		assertThat(handshake(closed, "Origin: http://localhost:1").status()).isEqualTo(403);
		assertThat(handshake(closed, "Origin: http://localhost").status()).isEqualTo(101);
		assertThat(handshake(closed).status()).isEqualTo(101);
	}

	@Test
	void requestWhenProxyTerminatesTlsShouldBeOfTheSameOrigin() {
		String own = "Origin: https://localhost";
		for (CometServer each : List.of(server, closed)) {
			assertThat(handshake(each, own).status()).isEqualTo(101);
			assertThat(handshake(each, "Origin: HTTPS://LocalHost:443").status()).isEqualTo(101);
			assertThat(handshake(each, "Origin: https://localhost:8443").status()).isEqualTo(403);
		}
		assertThat(stream(server, "localhost", own)).isEqualTo(204);
		assertThat(stream(server, "localhost:443", own)).isEqualTo(204);
		assertThat(stream(server, "localhost:8443", own)).isEqualTo(403);
	}

	@Test
	void requestWhenHostIsNotDnsNameShouldCompareItsOrigin() {
		assertThat(stream(server, "my_service", "Origin: http://my_service")).isEqualTo(204);
		assertThat(stream(server, "my_service", FRIEND)).isEqualTo(204);
		assertThat(stream(server, "my_service", STRANGER)).isEqualTo(403);
	}

	@Test
	void requestWhenOriginIsSpelledDifferentlyShouldCompareItAsBrowsersDo() {
		for (String origin : List.of("https://FRIEND.example", "https://friend.example:443")) {
			assertThat(handshake(server, "Origin: " + origin).status()).isEqualTo(101);
			assertThat(stream(server, "localhost", "Origin: " + origin)).isEqualTo(204);
		}
		for (String origin : List.of("http://friend.example", "https://friend.example:444", "https://friend.example.",
				"https://friend.example/", "https://u@friend.example",
				"https://friend.example, https://friend.example")) {
			assertThat(handshake(server, "Origin: " + origin).status()).isEqualTo(403);
			assertThat(stream(server, "localhost", "Origin: " + origin)).isEqualTo(403);
		}
		assertThat(handshake(server, FRIEND, FRIEND).status()).isEqualTo(403);
		assertThat(stream(server, "localhost", FRIEND, FRIEND)).isEqualTo(403);
	}

	private static int stream(CometServer server, String host, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client
				.send("GET /comet?channel=x HTTP/1.1\r\nHost: " + host + "\r\nAccept: text/event-stream\r\n"
						+ String.join("\r\n", headers) + "\r\n\r\n")
				.read()
				.status();
		}
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
