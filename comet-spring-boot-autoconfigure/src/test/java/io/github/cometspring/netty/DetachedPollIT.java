package io.github.cometspring.netty;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseCookie;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls behind Spring Security that wait without their exchange: what the client gets is
 * what it gets on the default path.
 */
@SetsFastPath
@OneNodeOnly("The exchanges of one node are counted")
class DetachedPollIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog(DetachedPoll.class.getName(),
			"org.springframework.boot.webflux.autoconfigure.error.DefaultErrorWebExceptionHandler",
			"org.springframework.boot.webflux.error.DefaultErrorWebExceptionHandler",
			"org.springframework.boot.webflux.autoconfigure.error.AbstractErrorWebExceptionHandler");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Map<Boolean, CometServer> SERVERS = new HashMap<>();

	/** What the application does before an answer is committed. */
	private static volatile Function<ServerWebExchange, Mono<Void>> action = (exchange) -> Mono.empty();

	private static final AtomicInteger SESSIONS = new AtomicInteger();

	private final CometServer server = server(true);

	@BeforeAll
	static void start() {
		for (boolean fastPath : new boolean[] { true, false }) {
			SERVERS.put(fastPath, start("comet.fast-path=" + fastPath));
		}
	}

	private static CometServer start(String... properties) {
		return CometServer.start(new Class<?>[] { Users.class, Security.class },
				Stream.concat(Stream.of("comet.write-timeout=500ms"), Arrays.stream(properties))
					.toArray(String[]::new));
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	@BeforeEach
	void doNothing() {
		action = (exchange) -> Mono.empty();
	}

	/** A test that fails leaves no channel to the next one. */
	@AfterEach
	void closeChannels() {
		SERVERS.values()
			.forEach((server) -> Optional.ofNullable(server.channels().find("a").block(PATIENCE))
				.ifPresent((channel) -> channel.close().block(PATIENCE)));
	}

	private static CometServer server(boolean fastPath) {
		return Objects.requireNonNull(SERVERS.get(fastPath));
	}

	static Stream<Arguments> logins() {
		return Arrays.stream(Login.values())
			.flatMap((login) -> Stream.of(Transport.LEGACY, Transport.JSON)
				.map((transport) -> Arguments.of(login, transport)));
	}

	// What the client gets

	@ParameterizedTest
	@MethodSource("logins")
	void answerShouldHaveTheHeadersOfTheDefaultPath(Login login, Transport transport) {
		for (String user : List.of("ada", "bob", "ada")) {
			action = (exchange) -> Mono.fromRunnable(() -> {
				exchange.getResponse().getHeaders().add("X-User", user);
				exchange.getResponse().getHeaders().set("Cache-Control", "private");
				exchange.getResponse().addCookie(ResponseCookie.from("seen", user).build());
			});
			List<String> detached = headersOfDelivery(server(true), login, transport, user);
			assertThat(detached).contains("X-User: " + user, "set-cookie: seen=" + user, "X-Frame-Options: DENY",
					"Cache-Control: private");
			assertThat(detached).isEqualTo(headersOfDelivery(server(false), login, transport, user));
		}
	}

	private static List<String> headersOfDelivery(CometServer server, Login login, Transport transport, String user) {
		try (RawConnection client = RawConnection.open(server.port())) {
			Channel channel = held(server, client, transport, login.header(user, server.port()));
			channel.publish("m").block(PATIENCE);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("m");
			channel.close().block(PATIENCE);
			return headers(answer);
		}
	}

	/**
	 * The header lines in an order of their own. The cursors of two servers differ, and
	 * the time to wait is spread.
	 */
	private static List<String> headers(Answer answer) {
		return answer.headers()
			.stream()
			.filter((line) -> !line.startsWith("Comet-Cursor"))
			.map((line) -> line.replaceFirst("(?i)^set-cookie", "set-cookie")
				.replaceFirst("^Retry-After: [1-5]$", "Retry-After"))
			.sorted()
			.toList();
	}

	@ParameterizedTest
	@MethodSource("logins")
	void refusalShouldHaveTheHeadersOfTheDefaultPath(Login login, Transport transport) {
		List<String> detached = headersOfRefusal(server(true), login, transport);
		assertThat(detached).contains("X-Frame-Options: DENY");
		assertThat(detached).isEqualTo(headersOfRefusal(server(false), login, transport));
	}

	private static List<String> headersOfRefusal(CometServer server, Login login, Transport transport) {
		try (RawConnection client = RawConnection.open(server.port())) {
			Channel channel = held(server, client, transport, login.header("ada", server.port()));
			server.control().setTimeout(Duration.ofMinutes(1), true).block(PATIENCE);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(503);
			channel.close().block(PATIENCE);
			return headers(answer);
		}
	}

	private static Channel held(CometServer server, RawConnection client, Transport transport, String login) {
		Channel channel = server.create("a");
		poll(client, transport, login);
		Await.until(() -> channel.subscribers() == 1);
		return channel;
	}

	private static void poll(RawConnection client, Transport transport, String login) {
		if (transport == Transport.LEGACY) {
			client.poll("registration=a", login);
		}
		else {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}", login);
		}
	}

	@Test
	void requestsInOnePieceShouldBeAnsweredInTheirOrder() {
		try (RawConnection client = RawConnection.open(this.server.port())) {
			String login = Login.BASIC.header("ada", this.server.port());
			Channel channel = this.server.create("a");
			String poll = "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
					+ login + "\r\nContent-Length: 14\r\n\r\nregistration=a";
			String other = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + login + "\r\n\r\n";
			client.send(poll + poll + other + poll + other);
			for (String message : List.of("1", "2")) {
				Await.until(() -> channel.subscribers() == 1);
				assertThat(client.hasAnswer()).isFalse();
				channel.publish(message).block(PATIENCE);
				assertThat(client.read().body()).isEqualTo("a:" + message);
			}
			assertThat(client.read().status()).isEqualTo(404);
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("3").block(PATIENCE);
			assertThat(client.read().body()).isEqualTo("a:3");
			assertThat(client.read().status()).isEqualTo(404);
			channel.close().block(PATIENCE);
		}
	}

	// The exchange

	@ParameterizedTest
	@EnumSource
	void exchangeShouldBeOverWhileTheClientWaits(Login login) {
		String header = login.header("ada", this.server.port());
		for (int i = 0; i < 3; i++) {
			try (RawConnection client = RawConnection.open(this.server.port())) {
				long before = Route.webFluxRequests(this.server, "POST");
				Channel channel = held(this.server, client, Transport.LEGACY, header);
				Await.until(() -> Route.webFluxRequests(this.server, "POST") == before + 1);
				assertThat(this.server.connections(Transport.LEGACY)).isOne();
				assertThat(client.hasAnswer()).isFalse();
				CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
				assertThat(client.read().body()).isEqualTo("a:m");
				Await.until(outcome::isDone);
				assertThat(outcome.join().delivered()).isOne();
				Await.until(() -> this.server.connections(Transport.LEGACY) == 0);
				channel.close().block(PATIENCE);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void clientThatWaitsShouldHoldNothingOfItsExchange(Transport transport) {
		List<WeakReference<Object>> exchanges = new CopyOnWriteArrayList<>();
		action = (exchange) -> Mono.fromRunnable(() -> {
			exchanges.add(new WeakReference<>(exchange));
			exchanges.add(new WeakReference<>(exchange.getAttributes()));
			exchanges.add(new WeakReference<>(exchange.getRequest()));
			exchanges.add(new WeakReference<>(exchange.getResponse()));
		});
		String login = Login.JWT.header("ada", this.server.port());
		Channel channel = this.server.create("a");
		try (RawConnection client = RawConnection.open(this.server.port())) {
			switch (transport) {
				case LEGACY, JSON -> poll(client, transport, login);
				case SSE -> RawEventStream.open(client, "channel=a", login);
				case WEBSOCKET -> RawWebSocket.open(client, login).send("{\"subscribe\":[\"a\"]}");
			}
			Await.until(() -> channel.subscribers() == 1 && !exchanges.isEmpty());
			Await.until(() -> {
				System.gc();
				return exchanges.stream().allMatch((reference) -> reference.get() == null);
			});
			assertThat(channel.subscribers()).isOne();
		}
		channel.close().block(PATIENCE);
	}

	@Test
	void clientThatLeavesShouldNoLongerCount() {
		Channel channel;
		try (RawConnection client = RawConnection.open(this.server.port())) {
			channel = held(this.server, client, Transport.LEGACY, Login.BASIC.header("ada", this.server.port()));
			assertThat(this.server.connections(Transport.LEGACY)).isOne();
		}
		Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		channel.close().block(PATIENCE);
	}

	@Test
	void pollWithTokenShouldBeginNoSession() {
		int before = SESSIONS.get();
		assertThat(this.server.poll("registration=x", Login.JWT.header("ada", this.server.port())).status())
			.isEqualTo(200);
		assertThat(SESSIONS.get()).isEqualTo(before);
		Login.FORM.header("ada", this.server.port());
		assertThat(SESSIONS.get()).isGreaterThan(before);
	}

	// Actions before the commit

	@Test
	void answerShouldWaitForTheActionsBeforeTheCommit() {
		Sinks.Empty<Void> saved = Sinks.empty();
		action = (exchange) -> saved.asMono()
			.then(Mono.fromRunnable(() -> exchange.getResponse().getHeaders().set("X-Saved", "yes")));
		try (RawConnection client = RawConnection.open(this.server.port())) {
			Channel channel = held(this.server, client, Transport.LEGACY,
					Login.BASIC.header("ada", this.server.port()));
			CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
			Await.until(() -> channel.subscribers() == 0);
			assertThat(outcome).isNotDone();
			assertThat(client.hasAnswer()).isFalse();
			saved.tryEmitEmpty();
			Answer answer = client.read();
			assertThat(answer.body()).isEqualTo("a:m");
			assertThat(answer.header("X-Saved")).isEqualTo("yes");
			Await.until(outcome::isDone);
			assertThat(outcome.join().delivered()).isOne();
			channel.close().block(PATIENCE);
		}
	}

	@Test
	void deliveryWhenAnActionDoesNotEndShouldFailAfterTheWriteTimeout() {
		action = (exchange) -> Mono.never();
		try (RawConnection client = RawConnection.open(this.server.port())) {
			Channel channel = held(this.server, client, Transport.LEGACY,
					Login.BASIC.header("ada", this.server.port()));
			CompletableFuture<Outcome> outcome = channel.deliver("m").toFuture();
			Await.until(outcome::isDone);
			assertThat(outcome.join().failed()).isOne();
			// No answer, as its cursor would be after the message
			assertThat(client.readToEnd()).isEmpty();
			Await.until(() -> this.server.connections(Transport.LEGACY) == 0);
			channel.close().block(PATIENCE);
		}
	}

	@Test
	void clientThatLeavesBeforeAnActionEndsShouldNoLongerCount() {
		Sinks.Empty<Void> saved = Sinks.empty();
		action = (exchange) -> saved.asMono();
		Channel channel;
		try (RawConnection client = RawConnection.open(this.server.port())) {
			channel = held(this.server, client, Transport.LEGACY, Login.BASIC.header("ada", this.server.port()));
			Await.until(() -> saved.currentSubscriberCount() == 1);
		}
		Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		channel.close().block(PATIENCE);
	}

	@Test
	void pollWhenAnActionFailsShouldBeAnsweredByTheApplication() {
		String login = Login.BASIC.header("ada", this.server.port());
		Channel channel = this.server.create("a");
		try (RawConnection client = RawConnection.open(this.server.port())) {
			Sinks.Empty<Void> saved = Sinks.empty();
			action = (exchange) -> saved.asMono();
			poll(client, Transport.LEGACY, login);
			// The client waits before the server asks for the action
			Await.until(() -> channel.subscribers() == 1 && saved.currentSubscriberCount() == 1);
			client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n" + login + "\r\n\r\n");
			action = (exchange) -> Mono.empty();
			saved.tryEmitError(new IllegalStateException("not saved"));
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(500);
			assertThat(answer.body()).contains("Internal Server Error");
			assertThat(client.read().status()).isEqualTo(404);
			Await.until(() -> this.server.connections(Transport.LEGACY) == 0 && channel.subscribers() == 0);
		}
		channel.close().block(PATIENCE);
	}

	enum Login {

		FORM {

			@Override
			String header(String user, int port) {
				Function<ServerWebExchange, Mono<Void>> meanwhile = action;
				action = (exchange) -> Mono.empty();
				try (RawConnection client = RawConnection.open(port)) {
					String cookie = client
						.request("POST", "/login", "application/x-www-form-urlencoded",
								"username=" + user + "&password=password")
						.read()
						.header("Set-Cookie");
					return "Cookie: " + Objects.requireNonNull(cookie).split(";")[0];
				}
				finally {
					action = meanwhile;
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
				return "Authorization: Bearer " + user;
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
		static BeanPostProcessor countedSessions() {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String name) {
					if (bean instanceof DefaultWebSessionManager manager) {
						manager.setSessionStore(new CountingStore());
					}
					return bean;
				}

			};
		}

		/**
		 * The token is the name of the user.
		 */
		@Bean
		ReactiveJwtDecoder jwtDecoder() {
			return (token) -> Mono.just(Jwt.withTokenValue(token).header("alg", "none").subject(token).build());
		}

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().authenticated())
				.formLogin(Customizer.withDefaults())
				.httpBasic(Customizer.withDefaults())
				.oauth2ResourceServer((server) -> server.jwt(Customizer.withDefaults()))
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.headers((headers) -> headers
					.writer((exchange) -> isPoll(exchange) ? action.apply(exchange) : Mono.empty()))
				.build();
		}

		private static boolean isPoll(ServerWebExchange exchange) {
			return exchange.getRequest().getPath().value().equals("/comet");
		}

	}

	private static final class CountingStore extends InMemoryWebSessionStore {

		@Override
		public Mono<WebSession> createWebSession() {
			SESSIONS.incrementAndGet();
			return super.createWebSession();
		}

	}

}
