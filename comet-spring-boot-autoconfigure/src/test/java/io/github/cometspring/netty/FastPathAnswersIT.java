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
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A request gets the same answer on the fast path and beside a filter as on the default
 * path.
 */
class FastPathAnswersIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final String LEGACY = "Content-Type: application/x-ocsigen-comet\r\n";

	private static final String JSON = "Content-Type: application/json\r\n";

	private static final String ENDED = "registration=x";

	// Reactor Netty warns of what it cannot decode, Spring of strange paths
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations",
			"org.springframework.web.reactive.resource.ResourceHandlerUtils");

	private static Side fastPath;

	private static Side filtered;

	private static Side defaultPath;

	@BeforeAll
	static void start() {
		fastPath = new Side(true);
		filtered = new Side(true, PassingFilter.class);
		defaultPath = new Side(false);
	}

	@AfterAll
	static void stop() {
		Route.assertFastPath(fastPath.server, "/comet");
		Route.assertDefaultPath(filtered.server, "/comet");
		Route.assertDefaultPath(defaultPath.server, "/comet");
		fastPath.server.close();
		filtered.server.close();
		defaultPath.server.close();
	}

	static Stream<String> polls() {
		List<String> polls = new ArrayList<>();
		for (String body : new String[] { ENDED, "registration=x%0Ay", "registration=y&registration=x%0Ay",
				"registration=a", "registration=a%0Ab", "registration=a%0Ax%0Ab", "registration=j", "registration=%41",
				"registration=%u0041%0A%E9", "registration=+x", "other=1&registration=x", "", "registration=", "x", "=",
				"registration=%0A%0D%0A", "registration=" + "x%0Ay%0Az%0A1%0A2%0A3", "registration=\0\u00FF" }) {
			polls.add(post(LEGACY, body));
			polls.add(post(LEGACY + "Comet-Cursor: earliest\r\n", body));
		}
		for (String cursor : new String[] { "${start}", "${middle}", "${end}", "${beyond}", "${other}", "latest", "",
				" latest ", "LATEST", "!", "AQ==", "AA", "${middle}\r\nComet-Cursor: ${middle}",
				"latest\r\nComet-Cursor: " }) {
			polls.add(post(LEGACY + "Comet-Cursor: " + cursor + "\r\n", "registration=a"));
			polls.add(post(LEGACY + "Comet-Cursor: " + cursor + "\r\n", "registration=b%0Aa%0Ax"));
			polls.add(post(JSON, "{\"channels\":[\"a\",\"b\",\"j\"],\"cursor\":\"" + cursor + "\"}"));
			polls.add(post(JSON, "{\"channels\":[\"a\"],\"timeout\":\"PT0S\",\"cursor\":\"" + cursor + "\"}"));
		}
		for (String body : new String[] { "", "{}", "[]", "{", "{\"channels\":[]}", "{\"channels\":[\"x\"]}",
				"{\"channels\":[\"a+\"]}", "{\"channels\":[\"a\"],\"timeout\":\"PT0.01S\"}",
				"{\"channels\":[\"a\"],\"timeout\":-1}", "{\"channels\":[\"\u00FF\"]}",
				"{\"channels\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}" }) {
			polls.add(post(JSON, body));
		}
		return polls.stream();
	}

	static Stream<String> oddPolls() {
		List<String> polls = new ArrayList<>();
		for (String type : new String[] { "application/x-ocsigen-comet;charset=x", "APPLICATION/X-OCSIGEN-COMET",
				" application/json ;x", "application/json;charset=\"", "text/plain", "", ";", "application/",
				"application/json, application/x-ocsigen-comet",
				"application/x-ocsigen-comet\r\nContent-Type: text/plain",
				"application/x-ocsigen-comet\r\nContent-Type: application/x-ocsigen-comet" }) {
			polls.add(post("Content-Type: " + type + "\r\n", ENDED));
		}
		polls.add(post("", ENDED));
		for (String host : new String[] { "localhost", "localhost:80", "localhost:", "localhost:x", "localhost:99999",
				"localhost:-1", "a b", "a:b:c", "[", "[::1]", "[::1]:80", "[::1", "", "/", "x/y", "a@b", "\u00E9", "%",
				"%zz", "a_b", "a,b", "localhost\r\nHost: localhost", "a\\b", "a?b", "a#b", "{a}", "<a>", "a:0", ":80",
				"localhost:080", "localhost:+80", "127.0.0.1:80", "999.999.999.999", "a..b", "-", "a|b", "a^b", "`" }) {
			polls.add("POST /comet HTTP/1.1\r\nHost: " + host + "\r\n" + LEGACY + "Content-Length: 14\r\n\r\n" + ENDED);
		}
		polls.add("POST /comet HTTP/1.1\r\n" + LEGACY + "Content-Length: 14\r\n\r\n" + ENDED);
		for (String target : new String[] { "/comet?", "/comet?x=y", "/comet/", "/comet;a=b", "/%63omet", "//comet",
				"/comet#a", "http://localhost/comet", "/COMET", "/./comet", "/x/../comet", "comet", "*",
				"/comet%00" }) {
			polls.add("POST " + target + " HTTP/1.1\r\nHost: localhost\r\n" + LEGACY + "Content-Length: 14\r\n\r\n"
					+ ENDED);
		}
		for (String method : new String[] { "GET", "PUT", "DELETE", "OPTIONS", "PATCH", "post", "COMET", "TRACE" }) {
			polls.add(
					method + " /comet HTTP/1.1\r\nHost: localhost\r\n" + LEGACY + "Content-Length: 14\r\n\r\n" + ENDED);
		}
		for (String header : new String[] { "Connection: close", "Connection: keep-alive", "Connection: x",
				"Connection: Keep-Alive, close", "Expect: 200-ok", "Upgrade: h2c\r\nConnection: upgrade",
				"Upgrade: websocket\r\nConnection: upgrade", "Content-Encoding: gzip", "Content-Encoding: identity",
				"Accept-Encoding: gzip", "Accept: text/html", "Range: bytes=0-1", "If-None-Match: *",
				"If-Modified-Since: x", "Cookie: \"", "Authorization: Basic x", "Origin: https://example.org",
				"Origin: null", "Origin: x y", "Origin: https://example.org\r\nAccess-Control-Request-Method: POST",
				"X-HTTP-Method-Override: GET", "X-Forwarded-Port: x", "X-Forwarded-Host: a b", "Forwarded: host=\"",
				"X-Forwarded-Prefix: /x", "Content-Length: 14", "Content-Length: 15", "Transfer-Encoding: identity",
				"Trailer: x", "TE: trailers", "Date: x", "X: \u00E9", "Accept-Language: *;q=x", "Via: x",
				"Proxy-Connection: close", "Max-Forwards: 0", "Keep-Alive: timeout=1", "Sec-Fetch-Site: cross-site",
				"HTTP2-Settings: AA" }) {
			polls.add(post(LEGACY + header + "\r\n", ENDED));
		}
		polls.add(post(LEGACY, "registration=" + "x".repeat(2000)));
		polls.add(post(LEGACY, "registration=" + "x".repeat(4000)));
		polls.add("POST /comet HTTP/1.0\r\nHost: localhost\r\n" + LEGACY + "Content-Length: 14\r\n\r\n" + ENDED);
		polls.add("POST /comet HTTP/1.0\r\nConnection: keep-alive\r\nHost: localhost\r\n" + LEGACY
				+ "Content-Length: 14\r\n\r\n" + ENDED);
		polls.add("POST /comet HTTP/1.1\r\nHost: localhost\r\n" + LEGACY + "Transfer-Encoding: chunked\r\n\r\ne\r\n"
				+ ENDED + "\r\n0\r\n\r\n");
		for (String length : new String[] { "014", "+14", "14,14", "0x0e", "00000000000014", "14 " }) {
			polls.add("POST /comet HTTP/1.1\r\nHost: localhost\r\n" + LEGACY + "Content-Length: " + length + "\r\n\r\n"
					+ ENDED);
		}
		return polls.stream();
	}

	private static String post(String headers, String body) {
		return "POST /comet HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: " + body.length() + "\r\n\r\n"
				+ body;
	}

	@ParameterizedTest
	@MethodSource({ "polls", "oddPolls" })
	void pollShouldBeAnsweredTheSameOnAllPaths(String request) {
		assertSame(request, false);
	}

	@ParameterizedTest
	@MethodSource({ "polls", "oddPolls" })
	void pollAfterPollOnOneConnectionShouldBeAnsweredTheSameOnAllPaths(String request) {
		assertSame(request, true);
	}

	@ParameterizedTest
	@MethodSource("polls")
	void pollWhenDeactivatedShouldBeAnsweredTheSameOnAllPaths(String request) {
		List<Side> sides = List.of(fastPath, filtered, defaultPath);
		sides.forEach((side) -> side.server.control().deactivate().block(PATIENCE));
		try {
			assertSame(request, false);
		}
		finally {
			sides.forEach((side) -> side.server.control().activate().block(PATIENCE));
		}
	}

	private static void assertSame(String request, boolean again) {
		String expected = defaultPath.ask(request, again);
		assertThat(fastPath.ask(request, again)).isEqualTo(expected);
		assertThat(filtered.ask(request, again)).isEqualTo(expected);
	}

	/**
	 * A server, with the same channels as the others.
	 */
	private static final class Side {

		private final CometServer server;

		private final List<String> cursors = new ArrayList<>();

		private Side(boolean fastPath, Class<?>... configuration) {
			this.server = CometServer.start(configuration, "comet.fast-path=" + fastPath, "comet.timeout=20ms",
					"comet.history.size=4", "comet.max-request-size=3KB", "comet.max-channels-per-request=5",
					"comet.max-response-size=200B");
			Channel channel = this.server.create("a");
			this.server.create("b");
			this.server.create("j");
			long epoch = 0;
			for (int i = 1; i <= 6; i++) {
				epoch = Objects.requireNonNull(channel.publish(i + " % \u00E9\n:").block(PATIENCE)).epoch();
				this.server.channels()
					.find("j")
					.flatMap((found) -> found.publish("{\"x\":\"" + "y".repeat(100) + "\"}"))
					.block(PATIENCE);
			}
			for (long offset : new long[] { 0, 3, 6, 100 }) {
				this.cursors.add(Cursor.of("a", new Position(epoch, offset)).token());
			}
			this.cursors.add(Cursor.of("a", new Position(epoch ^ 1, 3)).token());
		}

		/**
		 * The answer, and whether the connection stays open, without the parts that
		 * differ from server to server.
		 */
		private String ask(String request, boolean again) {
			String own = request.replace("${start}", this.cursors.get(0))
				.replace("${middle}", this.cursors.get(1))
				.replace("${end}", this.cursors.get(2))
				.replace("${beyond}", this.cursors.get(3))
				.replace("${other}", this.cursors.get(4));
			try (RawConnection client = RawConnection.open(this.server.port())) {
				if (again) {
					client.poll(ENDED);
					assertThat(client.read().body()).isEqualTo("x:ENDED_CHANNEL");
				}
				client.send(own);
				Answer answer = client.read();
				return describe(answer) + "\n" + next(client);
			}
		}

		private static String describe(Answer answer) {
			List<String> headers = answer.headers()
				.stream()
				.map((header) -> header.replaceFirst("^Comet-Cursor: [-\\w]+$", "Comet-Cursor: (cursor)"))
				.map((header) -> header.replaceFirst("^Retry-After: [1-5]$", "Retry-After: (random)"))
				.sorted()
				.toList();
			return answer.statusLine() + "\n" + String.join("\n", headers) + "\n\n"
					+ answer.body()
						.replaceAll("\"cursor\":\"[-\\w]+\"", "\"cursor\":\"(cursor)\"")
						.replaceAll("\"(timestamp|requestId)\":\"[^\"]*\"", "");
		}

		private static String next(RawConnection client) {
			String next = "POST /comet HTTP/1.1\r\nHost: localhost\r\n" + LEGACY
					+ "Connection: close\r\nContent-Length: 14\r\n\r\n" + ENDED;
			try {
				client.send(next);
			}
			catch (RuntimeException ex) {
				return "";
			}
			return new String(client.readToEnd(), StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT)
				.replaceAll("retry-after: [1-5]", "retry-after: (random)");
		}

	}

}
