package io.github.cometspring.web;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The authorizer of an application with Spring Security gets the user of the request, on
 * every path, in every dialect and with every kind of login. Ada may read the channels
 * that begin with her name, and Bob those that begin with his.
 */
@SetsFastPath
class AuthorizedUserIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Map<Boolean, CometServer> SERVERS = new HashMap<>();

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			CometServer server = CometServer.start(new Class<?>[] { Users.class, Security.class },
					"comet.fast-path=" + fastPath);
			SERVERS.put(fastPath, server);
			Stream.of("ada.1", "ada.2", "bob.1").forEach((name) -> server.create(name).publish("m").block(PATIENCE));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	static Stream<Arguments> setups() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> Arrays.stream(Login.values())
				.flatMap((login) -> Arrays.stream(Transport.values())
					.map((transport) -> Arguments.of(fastPath, login, transport))));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void listenWhenLoggedInShouldGetOwnChannelAndNoOther(boolean fastPath, Login login, Transport transport) {
		int port = server(fastPath).port();
		String ada = login.header("ada", port);
		String bob = login.header("bob", port);
		assertThat(mayRead(port, transport, "ada.1", ada)).isTrue();
		assertThat(mayRead(port, transport, "ada.1", bob)).isFalse();
		assertThat(mayRead(port, transport, "bob.1", bob)).isTrue();
		assertThat(mayRead(port, transport, "ada.1", "X-Nobody: true")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void listenWhenAnotherUserUsesTheSameConnectionShouldAuthorizeThatUser(boolean fastPath) {
		int port = server(fastPath).port();
		String ada = Login.FORM.header("ada", port);
		String bob = Login.BASIC.header("bob", port);
		try (RawConnection kept = RawConnection.open(port)) {
			for (int round = 0; round < 3; round++) {
				for (Transport transport : new Transport[] { Transport.LEGACY, Transport.JSON }) {
					assertThat(mayRead(kept, transport, "ada.1", ada)).isTrue();
					assertThat(mayRead(kept, transport, "ada.1", bob)).isFalse();
					assertThat(mayRead(kept, transport, "ada.1", "X-Nobody: true")).isFalse();
					assertThat(mayRead(kept, transport, "bob.1", bob)).isTrue();
				}
				assertThat(kept.request("GET", "/comet?channel=ada.1", null, "", "Accept: text/event-stream", bob)
					.read()
					.status()).isEqualTo(403);
			}
			assertThat(mayRead(kept, Transport.SSE, "ada.1", ada)).isTrue();
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void subscribeWhenSocketIsOpenShouldStillAuthorizeItsUser(boolean fastPath) {
		int port = server(fastPath).port();
		try (RawWebSocket raw = RawWebSocket.open(RawConnection.open(port), Login.FORM.header("ada", port))) {
			JsonSocket socket = new JsonSocket(raw);
			assertThat(JsonSocket.data(socket.exchange("{\"subscribe\":[\"ada.1\"],\"cursor\":\"earliest\"}")))
				.containsExactly("m");
			var batch = socket.exchange("{\"subscribe\":[\"ada.2\",\"bob.1\"],\"cursor\":\"earliest\"}");
			assertThat(JsonSocket.data(batch)).containsExactly("m");
			assertThat(batch.path("refused").toString()).isEqualTo("[\"bob.1\"]");
		}
	}

	private static CometServer server(boolean fastPath) {
		return Objects.requireNonNull(SERVERS.get(fastPath));
	}

	private static boolean mayRead(int port, Transport transport, String channel, String login) {
		try (RawConnection client = RawConnection.open(port)) {
			return mayRead(client, transport, channel, login);
		}
	}

	private static boolean mayRead(RawConnection client, Transport transport, String channel, String login) {
		return switch (transport) {
			case LEGACY -> isServed(client.poll("registration=" + channel, "Comet-Cursor: earliest", login).read());
			case JSON -> isServed(client
				.request("POST", "/comet", "application/json", JsonPollClient.request("earliest", null, channel), login)
				.read());
			case SSE ->
				RawEventStream.open(client, "channel=" + channel + "&cursor=earliest", login).head().status() == 200;
			case WEBSOCKET -> {
				RawWebSocket socket = RawWebSocket.open(client, login);
				socket.send("{\"subscribe\":[\"" + channel + "\"],\"cursor\":\"earliest\"}");
				yield socket.text().contains("\"data\":\"m\"");
			}
		};
	}

	private static boolean isServed(RawConnection.Answer answer) {
		assertThat(answer.status()).isIn(200, 403);
		return answer.status() == 200 && answer.body().contains("m");
	}

	private enum Login {

		FORM {

			@Override
			String header(String user, int port) {
				try (RawConnection client = RawConnection.open(port)) {
					String cookie = client
						.request("POST", "/login", "application/x-www-form-urlencoded",
								"username=" + user + "&password=password")
						.read()
						.header("Set-Cookie");
					return "Cookie: " + Objects.requireNonNull(cookie).split(";")[0];
				}
			}

		},

		BASIC {

			@Override
			String header(String user, int port) {
				return Users.login(user);
			}

		},

		JWT {

			@Override
			String header(String user, int port) {
				return Jwt.header(user, Instant.ofEpochSecond(4_102_444_800L));
			}

		};

		/**
		 * A header line that authenticates the user.
		 */
		abstract String header(String user, int port);

	}

	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return NimbusReactiveJwtDecoder.withSecretKey(Jwt.KEY).build();
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().permitAll())
				.formLogin(Customizer.withDefaults())
				.httpBasic(Customizer.withDefaults())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.build();
		}

		/**
		 * The principal of the exchange and the security context must be of the same
		 * user.
		 */
		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> ReactiveSecurityContextHolder.getContext()
				.mapNotNull(SecurityContext::getAuthentication)
				.map(Authentication::getName)
				.map((name) -> principal != null && principal.getName().equals(name) && channel.startsWith(name + "."));
		}

	}

}
