package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * No value of a header that the server, Spring or Comet may parse causes an error of the
 * server or a line in its log, on any path.
 */
@SetsFastPath
class HostileHeadersIT {

	// Reactor Netty logs requests that it cannot decode.
	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private static final List<String> HEADERS = List.of("Accept", "Accept-Charset", "Accept-Encoding",
			"Accept-Language", "Access-Control-Request-Headers", "Access-Control-Request-Method", "Authorization",
			"Cache-Control", "Comet-Cursor", "Connection", "Content-Encoding", "Content-Language", "Content-Length",
			"Content-Type", "Cookie", "Date", "Expect", "Forwarded", "If-Match", "If-Modified-Since", "If-None-Match",
			"If-Range", "If-Unmodified-Since", "Keep-Alive", "Last-Event-ID", "Range", "Sec-Fetch-Site",
			"Sec-WebSocket-Extensions", "Sec-WebSocket-Key", "Sec-WebSocket-Protocol", "Sec-WebSocket-Version",
			"Transfer-Encoding", "Upgrade", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Port",
			"X-Forwarded-Prefix", "X-Forwarded-Proto", "X-HTTP-Method-Override");

	private static final List<String> NONSENSE = List.of("", " ", "null", "\u00ff\u0080", "http://[",
			"http://h:99999999", "http://h:-1", "http://%zz", "http://", "://", "http://h_h", "http://[::1",
			"http://[::1]x", "http://[zz]:1", "https://a..b.", "http://b\u00fccher.example", "http://u:p@localhost",
			"http://localhost/x?y#z", "http:localhost", "h", "%", "%zz%u12", ",", ";", "=", ";q=x", "*/x;q", "text/",
			"/", "a/b;c=\"", "text/event-stream;q=2", "\"", "W/\"", "*", "-1", "9223372036854775808", "0x10",
			"bytes=5-1,-,a", "{}", "[", "Thu, 99 Foo 2026 25:61:61 GMT", "a=b; =; c; d=\"", "$Version=1; \u0001=x",
			"Basic %%%", "Bearer a b", "for=[;proto=;host=", "websocket, h2c",
			"permessage-deflate; server_max_window_bits=99", "TRACE /", "<script>", "x".repeat(4000));

	private static final List<String> HOSTS = List.of("localhost", "h_h", "a..b", "-", "h_h:80", "[::1]", "[::1]:1",
			"[::1", "[zz]", "[fe80::1%25eth0]", "", " ", "%zz", "h:99999999", "h:-1", "h:x", ":", ":80", "u@h", "h/x",
			"h?x", "h#x", "b\u00fccher", "\u00ff", "a,b", "LOCALHOST.", "x".repeat(300));

	/**
	 * Configurations of the server, which lead requests on different paths.
	 */
	enum Setup {

		FAST_PATH(new Class<?>[0]),
		FOREIGN_PAGES_ALLOWED(new Class<?>[0], "comet.allowed-origins=https://friend.example"),
		ALL_PAGES_ALLOWED(new Class<?>[0], "comet.allowed-origins=*"), FILTERED(new Class<?>[] { PassingFilter.class }),
		SECURED(new Class<?>[] { Users.class, Lenient.class }),
		FORWARDED(new Class<?>[0], "server.forward-headers-strategy=native");

		private final Class<?>[] configuration;

		private final String[] properties;

		Setup(Class<?>[] configuration, String... properties) {
			this.configuration = configuration;
			this.properties = properties;
		}

		CometServer start() {
			List<String> properties = new ArrayList<>(List.of(this.properties));
			properties.add("comet.timeout=1ms");
			CometServer server = CometServer.start(this.configuration, properties.toArray(String[]::new));
			server.create("a");
			return server;
		}

	}

	private static final Map<Setup, CometServer> servers = new EnumMap<>(Setup.class);

	@AfterEach
	void nothingThatClientsSendIsLogged() {
		assertThat(log.complaints()).isEmpty();
	}

	@AfterAll
	static void stop() {
		servers.values().forEach(CometServer::close);
		servers.clear();
	}

	@ParameterizedTest
	@EnumSource
	void requestWhenOriginIsNonsenseShouldBeNoErrorOfTheServer(Setup setup) {
		for (String value : NONSENSE) {
			for (Kind kind : Kind.values()) {
				assertNoError(setup, kind, "Host: localhost", "Origin: " + value);
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "FAST_PATH", "FOREIGN_PAGES_ALLOWED", "SECURED" })
	void requestWhenHeaderIsNonsenseShouldBeNoErrorOfTheServer(Setup setup) {
		Kind[] kinds = Kind.values();
		for (int i = 0; i < HEADERS.size(); i++) {
			for (int j = 0; j < NONSENSE.size(); j++) {
				// Each header and each value is combined with each kind.
				assertNoError(setup, kinds[(i + j) % kinds.length], "Host: localhost",
						HEADERS.get(i) + ": " + NONSENSE.get(j));
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void requestWhenHostIsNonsenseShouldBeNoErrorOfTheServer(Setup setup) {
		for (String host : HOSTS) {
			for (Kind kind : Kind.values()) {
				assertNoError(setup, kind, "Host: " + host);
				for (String origin : List.of("http://" + host, "https://friend.example", "null", "", "http://[")) {
					assertNoError(setup, kind, "Host: " + host, "Origin: " + origin);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void requestWhenHostIsMissingOrTwiceShouldBeNoErrorOfTheServer(Setup setup) {
		for (Kind kind : Kind.values()) {
			assertNoError(setup, kind, "Origin: http://h");
			assertNoError(setup, kind, "Host: a", "Host: b", "Origin: http://h");
			assertNoError(setup, kind, "Host: a", "Origin: http://a", "Origin: http://b");
		}
	}

	private static void assertNoError(Setup setup, Kind kind, String... headers) {
		CometServer server = servers.computeIfAbsent(setup, Setup::start);
		Answer answer;
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(kind.request(headers));
			answer = (kind == Kind.HANDSHAKE) ? client.readSwitch() : client.readWithoutBody();
		}
		assertThat(answer.status()).as("%s %s", kind, List.of(headers)).isLessThan(500);
	}

	/**
	 * The kinds of requests.
	 */
	enum Kind {

		LEGACY("POST /comet", "registration=x", "Content-Type: application/x-ocsigen-comet"),
		JSON("POST /comet", "{\"channels\":[\"x\"]}", "Content-Type: application/json"),
		EVENTS("GET /comet?channel=x", "", "Accept: text/event-stream"),
		HANDSHAKE("GET /comet", "", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
				"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="),
		PREFLIGHT("OPTIONS /comet", "", "Access-Control-Request-Method: POST"), SCRIPT("GET /comet/comet.js", "");

		private final String start;

		private final String body;

		private final List<String> headers;

		Kind(String start, String body, String... headers) {
			this.start = start;
			this.body = body;
			this.headers = List.of(headers);
		}

		/**
		 * A request in which further headers replace those of the same name.
		 */
		String request(String... further) {
			List<String> names = Stream.of(further).map(Kind::name).toList();
			Stream<String> own = this.body.isEmpty() ? this.headers.stream()
					: Stream.concat(this.headers.stream(), Stream.of("Content-Length: " + this.body.length()));
			List<String> lines = Stream.concat(own.filter((line) -> !names.contains(name(line))), Stream.of(further))
				.toList();
			return this.start + " HTTP/1.1\r\n" + String.join("\r\n", lines) + "\r\n\r\n" + this.body;
		}

		private static String name(String line) {
			return line.substring(0, line.indexOf(':'));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Lenient {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.httpBasic(Customizer.withDefaults())
				.formLogin(Customizer.withDefaults())
				.build();
		}

	}

}
