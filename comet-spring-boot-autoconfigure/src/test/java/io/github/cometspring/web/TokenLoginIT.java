package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages log in with a bearer token (protocol, section 9) at an application with Spring
 * Security's resource server. A WebSocket sends the token as a subprotocol, the other
 * transports in a header. No answer and no line in the log contains it. One class, as
 * what is logged is searched for tokens once, when all of it has run.
 */
@SetsFastPath
class TokenLoginIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Instant LATER = Instant.ofEpochSecond(4_102_444_800L);

	private static final SecretKey OTHER_KEY = new SecretKeySpec(
			"0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII), "HmacSHA256");

	private static final String ADA = Jwt.token("HS256", "ada", LATER, Jwt.KEY);

	private static final Map<String, String> BAD = Map.of("unsigned", Jwt.token("none", "ada", LATER, Jwt.KEY),
			"unsigned with a signature of none",
			Jwt.token("none", "ada", LATER, Jwt.KEY).replaceFirst("[.][^.]*$", "."), "foreign",
			Jwt.token("HS256", "ada", LATER, OTHER_KEY), "expired",
			Jwt.token("HS256", "ada", Instant.ofEpochSecond(1000), Jwt.KEY), "tampered",
			ADA.replaceFirst("[.][^.]*[.]", "." + Jwt.base64("{\"sub\":\"bob\"}") + "."), "opaque", "b1946ac92492d234",
			"no token of HTTP", "<script>alert(1)</script>");

	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private static final Map<Boolean, CometServer> SECURED = new HashMap<>();

	private static final Map<Boolean, CometServer> PLAIN = new HashMap<>();

	private static final Recorder recorder = new Recorder();

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			CometServer secured = CometServer.start(new Class<?>[] { Jwt.ResourceServer.class, Authorizer.class },
					"comet.fast-path=" + fastPath);
			SECURED.put(fastPath, secured);
			secured.create("ada.1").publish("m").block(PATIENCE);
			PLAIN.put(fastPath, CometServer.start("comet.fast-path=" + fastPath));
		}
		// A start configures logging anew.
		recorder.attach("io.github.cometspring", "io.netty.handler.codec.http.websocketx");
	}

	@AfterAll
	static void stop() {
		recorder.detach();
		Stream.of(SECURED, PLAIN).flatMap((servers) -> servers.values().stream()).forEach(CometServer::close);
		assertThat(recorder.lines).isNotEmpty().noneMatch(TokenLoginIT::leaks);
	}

	static Stream<Arguments> setups() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Arrays.stream(Transport.values())
				.map((transport) -> Arguments.of(fastPath, transport)));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenTokenIsGoodShouldReadAsItsUser(boolean fastPath, Transport transport) {
		int port = port(SECURED, fastPath);
		assertThat(mayRead(port, transport, ADA)).isTrue();
		assertThat(mayRead(port, transport, Jwt.token("HS256", "bob", LATER, Jwt.KEY))).isFalse();
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenTokenIsBadShouldAnswer401WithoutIt(boolean fastPath, Transport transport) {
		BAD.forEach((name, token) -> {
			Answer answer = ask(port(SECURED, fastPath), transport, "channel=ada.1", credentials(transport, token));
			assertThat(answer.status()).as(name).isEqualTo(401);
			assertNoLeak(answer);
		});
		assertThat(ask(port(SECURED, fastPath), transport, "channel=ada.1").status()).isEqualTo(401);
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenTokenIsOversizedShouldBeRefused(boolean fastPath, Transport transport) {
		String oversized = Jwt.token("HS256", "ada" + "a".repeat(9000), LATER, Jwt.KEY);
		try (RawConnection client = RawConnection.open(port(SECURED, fastPath))) {
			send(client, transport, "channel=ada.1", credentials(transport, oversized));
			// The server may reset the connection before its answer is read.
			String answer = new String(client.readToEnd(), StandardCharsets.ISO_8859_1);
			assertThat(answer).doesNotContain("aaaa", "YWFh")
				.satisfiesAnyOf((text) -> assertThat(text).isEmpty(),
						(text) -> assertThat(text).startsWith("HTTP/1.1 4"));
		}
		assertThat(mayRead(port(SECURED, fastPath), transport, ADA)).isTrue();
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenTokenIsInAddressShouldAnswer400WithAWord(boolean fastPath, Transport transport) {
		for (Map<Boolean, CometServer> servers : List.of(SECURED, PLAIN)) {
			for (String parameter : List.of("access_token", "token", "bearer", "access%5Ftoken")) {
				Answer answer = ask(port(servers, fastPath), transport, "channel=ada.1&" + parameter + "=" + ADA);
				assertThat(answer.status()).isEqualTo(400);
				assertThat(answer.body()).contains("Authorization", "comet.bearer.");
				assertNoLeak(answer);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handshakeWhenTokenIsOfferedShouldAnswerTheProtocolAlone(boolean fastPath) {
		String bearer = "comet.bearer." + Jwt.base64(ADA);
		for (Map<Boolean, CometServer> servers : List.of(SECURED, PLAIN)) {
			for (String offer : List.of("comet.v1, " + bearer, bearer + ", comet.v1", "x," + bearer + " ,comet.v1",
					bearer + "\r\nSec-WebSocket-Protocol: comet.v1", "comet.v1\r\nSec-WebSocket-Protocol: " + bearer)) {
				try (RawConnection client = RawConnection.open(port(servers, fastPath))) {
					Answer answer = RawWebSocket.handshake(client, "Sec-WebSocket-Protocol: " + offer);
					assertThat(answer.status()).isEqualTo(101);
					assertThat(answer.headers()
						.stream()
						.filter((line) -> line.toLowerCase(Locale.ROOT).contains("protocol"))).singleElement()
						.asString()
						.endsWithIgnoringCase("sec-websocket-protocol: comet.v1");
					assertNoLeak(answer);
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void handshakeWhenOfferIsMalformedShouldAnswer400WithoutIt(boolean fastPath) {
		String good = "comet.bearer." + Jwt.base64(ADA);
		for (String offer : List.of("comet.v1, comet.bearer.", "comet.v1, " + good + "=", "comet.v1, " + good + ".",
				"comet.v1, comet.bearer." + Jwt.base64(ADA + "\r\nX-Admin: true"), "comet.v1, " + good + ", " + good,
				good, "comet.v1, " + good + "\r\nAuthorization: Bearer " + ADA,
				"comet.v1, comet.bearer." + Jwt.base64("\u00e9" + ADA))) {
			try (RawConnection client = RawConnection.open(port(SECURED, fastPath))) {
				Answer answer = RawWebSocket.handshake(client, "Sec-WebSocket-Protocol: " + offer);
				assertThat(JsonPollClient.assertProblem(answer, 400).path("detail").stringValue()).isNotBlank();
				assertNoLeak(answer);
			}
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void connectionsWhenTheyAreRefusedShouldNotBeCounted(boolean fastPath) {
		CometServer server = Objects.requireNonNull(SECURED.get(fastPath));
		for (Transport transport : Transport.values()) {
			Await.until(() -> server.connections(transport) == 0);
		}
	}

	private static int port(Map<Boolean, CometServer> servers, boolean fastPath) {
		return Objects.requireNonNull(servers.get(fastPath)).port();
	}

	private static boolean mayRead(int port, Transport transport, String token) {
		String[] credentials = credentials(transport, token);
		try (RawConnection client = RawConnection.open(port)) {
			return switch (transport) {
				case LEGACY, JSON -> isServed(send(client, transport, "channel=ada.1", credentials).read());
				case SSE ->
					RawEventStream.open(client, "channel=ada.1&cursor=earliest", credentials).head().status() == 200;
				case WEBSOCKET -> {
					RawWebSocket socket = RawWebSocket.open(client, credentials[0].replace("comet.v1, ", ""));
					socket.send("{\"subscribe\":[\"ada.1\"],\"cursor\":\"earliest\"}");
					yield socket.text().contains("\"data\":\"m\"");
				}
			};
		}
	}

	private static boolean isServed(Answer answer) {
		assertThat(answer.status()).isIn(200, 403);
		return answer.status() == 200;
	}

	private static String[] credentials(Transport transport, String token) {
		return new String[] { (transport == Transport.WEBSOCKET)
				? "Sec-WebSocket-Protocol: comet.v1, comet.bearer." + Jwt.base64(token)
				: "Authorization: Bearer " + token };
	}

	private static Answer ask(int port, Transport transport, String query, String... headers) {
		try (RawConnection client = RawConnection.open(port)) {
			return send(client, transport, query, headers).read();
		}
	}

	private static RawConnection send(RawConnection client, Transport transport, String query, String... headers) {
		// Polls name their channel in the body.
		String rest = query.replaceFirst("channel=ada.1&?", "");
		String path = "/comet" + (rest.isEmpty() ? "" : "?" + rest);
		String[] all = Stream
			.concat(Stream.of(headers),
					Stream.of((transport == Transport.LEGACY) ? "Comet-Cursor: earliest" : "Accept: text/event-stream"))
			.toArray(String[]::new);
		return switch (transport) {
			case LEGACY -> client.request("POST", path, "application/x-ocsigen-comet", "registration=ada.1", all);
			case JSON -> client.request("POST", path, "application/json",
					JsonPollClient.request("earliest", null, "ada.1"), all);
			case SSE -> client.request("GET", "/comet?" + query + "&cursor=earliest", null, "", all);
			case WEBSOCKET -> client.send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
					+ "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
					+ "Sec-WebSocket-Version: 13\r\n" + String.join("\r\n", all) + "\r\n\r\n");
		};
	}

	private static void assertNoLeak(Answer answer) {
		assertThat(answer.headers()).noneMatch(TokenLoginIT::leaks);
		assertThat(leaks(answer.body())).isFalse();
	}

	/**
	 * Whether a text contains a token, or the better part of one, as it is or encoded.
	 */
	private static boolean leaks(String text) {
		return Stream.concat(BAD.values().stream(), Stream.of(ADA))
			.flatMap((token) -> Stream.of(token, Jwt.base64(token)))
			.anyMatch((secret) -> text.contains(secret.substring(secret.length() / 2)));
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono
				.just(principal != null && channel.startsWith(principal.getName() + "."));
		}

	}

	/**
	 * Keeps what is logged from DEBUG on.
	 */
	private static final class Recorder extends AppenderBase<ILoggingEvent> {

		private final List<String> lines = new CopyOnWriteArrayList<>();

		private final List<Logger> loggers = new CopyOnWriteArrayList<>();

		private void attach(String... names) {
			start();
			for (String name : names) {
				Logger logger = (Logger) LoggerFactory.getLogger(name);
				logger.setLevel(Level.DEBUG);
				logger.addAppender(this);
				this.loggers.add(logger);
			}
		}

		private void detach() {
			this.loggers.forEach((logger) -> {
				logger.detachAppender(this);
				logger.setLevel(null);
			});
		}

		@Override
		protected void append(ILoggingEvent event) {
			this.lines.add(event.getFormattedMessage());
		}

	}

}
