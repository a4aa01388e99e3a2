package io.github.cometspring.netty;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request for an event stream or a WebSocket gets the same answer on the fast path as
 * on the default path, byte for byte but for what is random. One class, as all requests
 * are sent to the same two servers.
 */
class FastStreamAnswersIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

	private static final String NEXT = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\nConnection: close\r\nContent-Length: 14\r\n\r\n"
			+ "registration=x";

	// Reactor Netty warns of what it cannot decode, Spring of strange paths
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils");

	private static Side fastPath;

	private static Side defaultPath;

	@BeforeAll
	static void start() {
		fastPath = new Side(true);
		defaultPath = new Side(false);
	}

	@AfterAll
	static void stop() {
		fastPath.server.close();
		defaultPath.server.close();
	}

	static Stream<String> streams() {
		List<String> streams = new ArrayList<>();
		for (String query : new String[] { "channel=a", "channel=b", "channel=x", "channel=x&channel=y",
				"channel=a&channel=b", "channel=a&channel=x", "channel=b&channel=a&channel=a", "channel=j", "",
				"channel", "channel=", "channel=&channel=a", "&channel=a", "channel=a&", "channel=a&&channel=b",
				"channel==a", "channel=a=b", "channel=a+b", "channel=%41", "channel=%61", "channel=%C3%A9",
				"channel=%E9", "channel=%", "channel=%4", "channel=%zz", "channel=%00", "channel=%F0%9F%98%80",
				"channel=a%2Cb", "channel=a,b", "channel=a%26b", "channel=a;b", "channel=a#x", "channel=a?b",
				"channel=a&x=y", "channel=a&x", "Channel=a", "%63hannel=a", "channel=a/b@c:d", "channel=*",
				"channel=a|b", "channel=\u00E9", "channel=a&access_token=t", "channel=a&token=t", "channel=a&grant=g",
				"channel=1&channel=2&channel=3&channel=4&channel=5&channel=6", "channel=" + "x".repeat(200),
				"channel=a&format=plain", "channel=a&format=json", "channel=a&format=plain&event=message",
				"channel=a&format=plain&event=x", "channel=a&format=", "channel=a&event=message",
				"channel=a&format=plain&cursor=earliest", "channel=a&format=plain&event=message&cursor=earliest" }) {
			streams.add(get("/comet?" + query));
		}
		for (String cursor : new String[] { "${start}", "${middle}", "${end}", "${beyond}", "${other}", "latest",
				"earliest", "", "LATEST", "%21", "AQ==", "AA", "%6Catest", "${middle}&cursor=${middle}",
				"latest&cursor=" }) {
			streams.add(get("/comet?channel=a&cursor=" + cursor));
			streams.add(get("/comet?channel=b&channel=a&channel=x&cursor=" + cursor));
			streams.add(get("/comet?channel=a&lastEventId=" + cursor));
			streams.add(get("/comet?channel=x&lastEventId=" + cursor));
			streams.add(get("/comet?channel=a&channel=b&from=" + cursor + ":a"));
			streams.add(get("/comet?channel=a&channel=b&from=" + cursor + "%3Aa%2Cb&from=latest:x,b"));
			streams.add(get("/comet?channel=a&cursor=earliest", "Last-Event-ID: " + cursor));
		}
		return streams.stream();
	}

	static Stream<String> oddStreams() {
		List<String> streams = new ArrayList<>();
		for (String header : new String[] { "Connection: close", "Connection: keep-alive", "Connection: Upgrade",
				"Expect: 200-ok", "Content-Encoding: gzip", "Accept-Encoding: gzip", "Content-Length: 0",
				"Content-Length: 4\r\nX: y", "Transfer-Encoding: chunked", "Content-Type: application/json",
				"Content-Type: application/x-ocsigen-comet", "Cookie: \"", "Authorization: Basic x",
				"Origin: https://example.org", "Origin: null", "Range: bytes=0-1", "If-None-Match: *",
				"If-Modified-Since: x", "X-HTTP-Method-Override: POST", "X-Forwarded-Port: x", "Forwarded: host=\"",
				"Cache-Control: no-cache", "Last-Event-ID: ${middle}\r\nLast-Event-ID: latest", "Last-Event-ID: !",
				"Last-Event-ID: \u00E9", "Upgrade: h2c\r\nConnection: upgrade", "Accept: text/plain",
				"HTTP2-Settings: AA" }) {
			streams.add(get("/comet?channel=a&cursor=earliest", header));
			streams.add(get("/comet?channel=x", header));
		}
		for (String accept : new String[] { "text/event-stream", "TEXT/EVENT-STREAM", "text/event-stream, */*", "*/*",
				"text/*", "text/event-stream;q=0", "text/html", "nonsense;;", "", "text/event-stream;charset=utf-8" }) {
			streams.add("GET /comet?channel=a HTTP/1.1\r\nHost: localhost\r\nAccept: " + accept + "\r\n\r\n");
		}
		streams.add("GET /comet?channel=a HTTP/1.1\r\nHost: localhost\r\n\r\n");
		streams.add("GET /comet?channel=a HTTP/1.0\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n");
		streams.add("GET /comet?channel=a HTTP/1.1\r\nAccept: text/event-stream\r\n\r\n");
		for (String host : new String[] { "localhost:80", "localhost:x", "a b", "[::1]", "", "a@b", "%", "a_b" }) {
			streams.add(get("/comet?channel=a").replace("localhost", host));
		}
		for (String path : new String[] { "/comet/?channel=a", "/comet;a=b?channel=a", "/%63omet?channel=a",
				"//comet?channel=a", "/cometx?channel=a", "http://localhost/comet?channel=a", "/comet" }) {
			streams.add(get(path));
		}
		for (String method : new String[] { "HEAD", "OPTIONS", "DELETE", "get" }) {
			streams.add(get("/comet?channel=x").replaceFirst("GET", method));
		}
		return streams.stream();
	}

	private static String get(String target, String... headers) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
				+ Stream.of(headers).map((header) -> header + "\r\n").reduce("", String::concat) + "\r\n";
	}

	@ParameterizedTest
	@MethodSource({ "streams", "oddStreams" })
	void streamShouldBeAnsweredTheSameOnBothPaths(String request) {
		assertThat(fastPath.ask(request)).isEqualTo(defaultPath.ask(request));
	}

	@ParameterizedTest
	@MethodSource("streams")
	void streamWhenDeactivatedShouldBeAnsweredTheSameOnBothPaths(String request) {
		List<Side> sides = List.of(fastPath, defaultPath);
		sides.forEach((side) -> side.server.control().deactivate().block(PATIENCE));
		try {
			assertThat(fastPath.ask(request)).isEqualTo(defaultPath.ask(request));
		}
		finally {
			sides.forEach((side) -> side.server.control().activate().block(PATIENCE));
		}
	}

	static Stream<String> handshakes() {
		String version = "Sec-WebSocket-Version: 13";
		String protocol = "Sec-WebSocket-Protocol: comet.v1";
		return Stream.of(handshake("/comet", KEY, version, protocol), handshake("/comet", KEY, version),
				handshake("/comet?x=y", KEY, version, protocol), handshake("/cometx", KEY, version, protocol),
				handshake("/comet", version, protocol), handshake("/comet", KEY, protocol),
				handshake("/comet", KEY, "Sec-WebSocket-Version: 8", protocol),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: other"),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: other, comet.v1"),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: COMET.V1"),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: "),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: comet.v1, comet.bearer.dA"),
				handshake("/comet", KEY, version, protocol, protocol),
				handshake("/comet", KEY, version, "Sec-WebSocket-Protocol: chat", protocol),
				handshake("/comet", "Sec-WebSocket-Key: short", version, protocol),
				handshake("/comet", KEY, KEY, version, protocol),
				handshake("/comet", KEY, version, protocol, "Sec-WebSocket-Extensions: permessage-deflate"),
				handshake("/comet", KEY, version, protocol, "Origin: http://localhost"),
				handshake("/comet", KEY, version, protocol, "Origin: https://localhost"),
				handshake("/comet", KEY, version, protocol, "Origin: http://localhost:81"),
				handshake("/comet", KEY, version, protocol, "Origin: https://example.org"),
				handshake("/comet", KEY, version, protocol, "Origin: null"),
				handshake("/comet", KEY, version, protocol, "Origin: http://localhost", "Origin: http://localhost"),
				handshake("/comet", KEY, version, protocol, "Content-Length: 0"),
				handshake("/comet", KEY, version, protocol, "Content-Type: application/x-ocsigen-comet"),
				handshake("/comet", KEY, version, protocol, "Expect: 200-ok"),
				handshake("/comet", KEY, version, protocol).replace("Upgrade: websocket", "Upgrade: WebSocket"),
				handshake("/comet", KEY, version, protocol).replace("Upgrade: websocket", "Upgrade: h2c"),
				handshake("/comet", KEY, version, protocol).replace("Upgrade: websocket", "Upgrade: websocket, h2c"),
				handshake("/comet", KEY, version, protocol).replace("Connection: Upgrade",
						"Connection: keep-alive, Upgrade"),
				handshake("/comet", KEY, version, protocol).replace("Connection: Upgrade", "Connection: close"),
				handshake("/comet", KEY, version, protocol).replace("Connection: Upgrade", "Connection: UPGRADE"),
				handshake("/comet", KEY, version, protocol).replace("Connection: Upgrade", "Connection: upgrade"),
				handshake("/comet", KEY, version, protocol).replace("Connection: Upgrade\r\n", ""),
				handshake("/comet", KEY, version, protocol).replace("GET", "POST"),
				handshake("/comet", KEY, version, protocol).replace("HTTP/1.1", "HTTP/1.0"),
				handshake("/comet", KEY, version, protocol).replace("localhost", "localhost:80"),
				handshake("/comet", KEY, version, protocol).replace("localhost", "a b"));
	}

	private static String handshake(String target, String... headers) {
		return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				+ String.join("\r\n", headers) + "\r\n\r\n";
	}

	@ParameterizedTest
	@MethodSource("handshakes")
	void handshakeShouldBeAnsweredTheSameOnBothPaths(String request) {
		assertThat(fastPath.shake(request)).isEqualTo(defaultPath.shake(request));
	}

	@ParameterizedTest
	@MethodSource("handshakes")
	void handshakeWhenDeactivatedShouldBeAnsweredTheSameOnBothPaths(String request) {
		List<Side> sides = List.of(fastPath, defaultPath);
		sides.forEach((side) -> side.server.control().deactivate().block(PATIENCE));
		try {
			assertThat(fastPath.shake(request)).isEqualTo(defaultPath.shake(request));
		}
		finally {
			sides.forEach((side) -> side.server.control().activate().block(PATIENCE));
		}
	}

	/**
	 * A server, with the same channels as the other.
	 */
	private static final class Side {

		private final CometServer server;

		private final List<String> cursors = new ArrayList<>();

		private Side(boolean fastPath) {
			this.server = CometServer.start("comet.fast-path=" + fastPath, "comet.history.size=4",
					"comet.max-channels-per-request=5", "comet.max-response-size=200B");
			Channel channel = this.server.create("a");
			this.server.create("b");
			this.server.create("j").publish("y".repeat(100)).block(PATIENCE);
			long epoch = 0;
			for (int i = 1; i <= 6; i++) {
				epoch = Objects.requireNonNull(channel.publish(i + " % \u00E9\n:").block(PATIENCE)).epoch();
			}
			for (long offset : new long[] { 0, 3, 6, 100 }) {
				this.cursors.add(Cursor.of("a", new Position(epoch, offset)).token());
			}
			this.cursors.add(Cursor.of("a", new Position(epoch ^ 1, 3)).token());
		}

		private String own(String request) {
			return request.replace("${start}", this.cursors.get(0))
				.replace("${middle}", this.cursors.get(1))
				.replace("${end}", this.cursors.get(2))
				.replace("${beyond}", this.cursors.get(3))
				.replace("${other}", this.cursors.get(4));
		}

		/**
		 * The head and the first events of a stream, or all that comes until the
		 * connection closes behind another request.
		 */
		private String ask(String request) {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				Answer answer = client.send(own(request)).readWithoutBody();
				if (answer.status() == 200 && answer.header("Content-Type") != null
						&& String.valueOf(answer.header("Content-Type")).startsWith("text/event-stream")) {
					byte[] chunk = client.readChunk();
					return answer.statusLine() + "\n" + String.join("\n", answer.headers()) + "\n"
							+ withoutRandom((chunk != null) ? new String(chunk, StandardCharsets.UTF_8) : "end");
				}
			}
			try (RawConnection client = RawConnection.open(this.server.port())) {
				client.send(own(request) + NEXT);
				return withoutRandom(new String(client.readToEnd(), StandardCharsets.UTF_8));
			}
		}

		/**
		 * The answer to a handshake and, if it is accepted, to a subscription.
		 */
		private String shake(String request) {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				Answer answer = client.send(request).readSwitch();
				String head = answer.statusLine() + "\n"
						+ withoutRandom(String.join("\n", answer.headers().stream().sorted().toList())) + "\n"
						+ withoutRandom(answer.body());
				if (answer.status() != 101) {
					return head;
				}
				RawWebSocket socket = RawWebSocket.on(client);
				socket.send("{\"subscribe\":[\"a\",\"x\"],\"cursor\":\"earliest\"}");
				String first = socket.text();
				socket.close();
				return head + withoutRandom(first);
			}
		}

		private static String withoutRandom(String text) {
			return text.replaceAll("(?i)retry-after: [1-5]", "retry-after: (random)")
				.replaceAll("(?m)^retry: [123]\\d\\d\\d$", "retry: (random)")
				.replaceAll("(?m)^id: [-\\w]+$", "id: (cursor)")
				.replaceAll("(?m)^[cC]omet-[cC]ursor: [-\\w]+", "comet-cursor: (cursor)")
				.replaceAll("\"cursor\":\"[-\\w]+\"", "\"cursor\":\"(cursor)\"")
				.replaceAll("\"(timestamp|requestId)\":\"[^\"]*\"", "")
				.replaceAll("(?i)content-length: \\d{3}", "content-length: (of JSON)")
				.toLowerCase(Locale.ROOT);
		}

	}

}
