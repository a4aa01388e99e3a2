package io.github.cometspring.actuate;

import java.net.InetAddress;
import java.util.List;

import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sends requests to the actuator, each on a connection of its own.
 *
 * @param address the address to go through
 * @param port the port of the actuator
 */
record Operator(InetAddress address, int port) {

	private static final JsonMapper JSON = JsonMapper.shared();

	static Operator of(int port) {
		return new Operator(InetAddress.getLoopbackAddress(), port);
	}

	Answer post(String target) {
		return post(target, host());
	}

	/**
	 * Sends a request with neither body nor {@code Content-Type}.
	 * @param target the target
	 * @param headers the headers, all of them
	 * @return the answer
	 */
	Answer post(String target, String... headers) {
		return send("POST", target, "", headers);
	}

	Answer json(String target, String body) {
		return send("POST", target, body, host(), "Content-Type: application/json", "Content-Length: " + body.length());
	}

	Answer get(String target) {
		return send("GET", target, "", host());
	}

	Answer send(String method, String target, String body, String... headers) {
		return send(
				method + " " + target + " HTTP/1.1\r\n" + String.join("\r\n", List.of(headers)) + "\r\n\r\n" + body);
	}

	Answer send(String request) {
		try (RawConnection connection = RawConnection.open(this.address, this.port)) {
			return connection.send(request).read();
		}
	}

	String host() {
		return "Host: localhost:" + this.port;
	}

	static JsonNode json(Answer answer) {
		return JSON.readTree(answer.bytes());
	}

}
