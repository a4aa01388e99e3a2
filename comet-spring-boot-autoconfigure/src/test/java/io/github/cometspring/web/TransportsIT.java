package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code comet.transports} enables and disables dialects.
 */
@SetsFastPath
class TransportsIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	/**
	 * The statuses of a legacy poll, a JSON poll, a stream, a handshake and a DELETE.
	 */
	@ParameterizedTest
	@CsvSource({ "'legacy,json,sse,websocket', 200 200 204 101 405, 'GET, POST'", "legacy, 200 415 405 405 405, POST",
			"json, 415 200 405 405 405, POST", "sse, 405 405 204 204 405, GET", "websocket, 405 405 406 101 405, GET",
			"'json,websocket', 415 200 406 101 405, 'GET, POST'", "'legacy,sse', 200 415 204 204 405, 'GET, POST'" })
	void transportsWhenSwitchedOffShouldBeRefused(String transports, String expected, String allowed) {
		try (CometServer server = CometServer.start("comet.transports=" + transports)) {
			List<Answer> answers = new ArrayList<>();
			answers.add(request(server, "POST", "application/x-ocsigen-comet", "registration=x"));
			answers.add(request(server, "POST", "application/json", "{\"channels\":[\"x\"]}"));
			answers.add(request(server, "GET", null, "", "Accept: text/event-stream"));
			try (RawConnection client = RawConnection.open(server.port())) {
				client.send("GET /comet?channel=x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
						+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
						+ "Sec-WebSocket-Version: 13\r\n\r\n");
				answers.add(client.readSwitch());
			}
			answers.add(request(server, "DELETE", null, ""));
			assertThat(answers).extracting(Answer::status)
				.extracting(String::valueOf)
				.containsExactly(expected.split(" "));
			answers.stream()
				.filter((answer) -> answer.status() == 405)
				.forEach((answer) -> assertThat(answer.header("Allow")).isEqualTo(allowed));
			answers.stream()
				.filter((answer) -> answer.status() == 415)
				.forEach((answer) -> assertThat(answer.header("Accept-Post")).isNotEmpty());
			answers.stream()
				.filter((answer) -> answer.status() >= 400)
				.forEach((answer) -> assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff"));
			if (transports.contains("websocket")) {
				try (RawWebSocket socket = RawWebSocket.open(server.port())) {
					assertThat(socket.send("{\"ping\":1}").text()).isEqualTo("{\"pong\":1}");
				}
			}
		}
	}

	private static Answer request(CometServer server, String method, @org.jspecify.annotations.Nullable String type,
			String body, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request(method, "/comet?channel=x", type, body, headers).read();
		}
	}

}
