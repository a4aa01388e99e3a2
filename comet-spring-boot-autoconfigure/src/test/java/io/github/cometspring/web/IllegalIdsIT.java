package io.github.cometspring.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Ids that cannot name a channel (protocol, section 1), in each dialect: they are
 * reported as ended, with the spelling of the request.
 */
@SetsFastPath
class IllegalIdsIT {

	private static final JsonMapper JSON = new JsonMapper();

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start();
		server.create("a");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	static Stream<String> illegal() {
		return Stream.of(" ", "a b", "a:b", "a%41", "a+b", "a,b", "\u0000", "a\u0001\tb", "\"\\", "\uD83D\uDE00",
				"\u2028", "\uFFFD", "\uFFFF", "</script>", "x".repeat(129));
	}

	@ParameterizedTest
	@MethodSource("illegal")
	void legacyPollShouldReportItsEnd(String id) {
		String body = server.poll("registration=" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "%0Ax").body();
		String echo = URLEncoder.encode(id, StandardCharsets.UTF_8).replace("+", "%20").replace("%2F", "/");
		assertThat(body).isEqualTo(echo + ":ENDED_CHANNEL\nx:ENDED_CHANNEL");
	}

	@ParameterizedTest
	@MethodSource("illegal")
	void jsonPollShouldReportItsEnd(String id) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", "application/json",
					latin1("{\"channels\":[\"a\"," + JSON.writeValueAsString(id) + "]}"));
			assertThat(JSON.readTree(client.read().body()).get("ended")).extracting(JsonNode::stringValue)
				.containsExactly(id);
		}
	}

	@ParameterizedTest
	@MethodSource("illegal")
	void streamShouldReportItsEnd(String id) {
		String query = "channel=" + URLEncoder.encode(id, StandardCharsets.UTF_8);
		try (RawEventStream alone = RawEventStream.open(server.port(), query);
				RawEventStream beside = RawEventStream.open(server.port(), query + "&channel=a")) {
			assertThat(alone.head().status()).isEqualTo(204);
			Event event = Objects.requireNonNull(beside.nextMessage());
			assertThat(event.name()).isEqualTo("ended");
			assertThat(JSON.readTree(event.data()).get("channel").stringValue()).isEqualTo(id);
		}
	}

	@ParameterizedTest
	@MethodSource("illegal")
	void socketShouldReportItsEnd(String id) {
		try (RawWebSocket socket = RawWebSocket.open(server.port())) {
			socket.send("{\"subscribe\":[\"a\"," + JSON.writeValueAsString(id) + "]}");
			assertThat(JSON.readTree(socket.text()).get("ended")).extracting(JsonNode::stringValue).containsExactly(id);
			assertThat(socket.send("{\"ping\":1}").text()).isEqualTo("{\"pong\":1}");
		}
	}

	private static String latin1(String text) {
		return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

}
