package io.github.cometspring.netty;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.Users;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.ResponseCookie;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls behind Spring Security that have the head of an earlier one on their connection.
 */
@SetsFastPath
@OneNodeOnly("The requests that pass the filters of one node are counted")
class RepeatedPollIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int POLLS = 4;

	private static final AtomicInteger PASSED = new AtomicInteger();

	private static final List<Asked> ASKED = new CopyOnWriteArrayList<>();

	/** What the application adds to an answer. */
	private static volatile Consumer<ServerWebExchange> writer = (exchange) -> {
	};

	/** Polls are repeated on the first, and not on the others. */
	private static final List<CometServer> SERVERS = new ArrayList<>();

	private static int used;

	@BeforeAll
	static void start() {
		SERVERS.add(start("comet.login-max-age=1h"));
		SERVERS.add(start("comet.login-max-age=0s"));
		SERVERS.add(start("server.forward-headers-strategy=framework"));
	}

	private static CometServer start(String property) {
		return CometServer.start(new Class<?>[] { Users.class, Security.class, Authorizer.class }, property);
	}

	@AfterAll
	static void stop() {
		SERVERS.forEach(CometServer::close);
	}

	private static CometServer server() {
		return SERVERS.get(used);
	}

	@BeforeEach
	void showHeaders() {
		writer = (exchange) -> {
		};
		// Only headers that were seen twice are known not to change.
		for (int i = 0; i < 2; i++) {
			try (RawConnection client = connect()) {
				deliver(client, Users.login("user"));
			}
		}
		ASKED.clear();
		PASSED.set(0);
	}

	@AfterEach
	void closeChannels() {
		Optional.ofNullable(server().channels().find("a").block(PATIENCE))
			.ifPresent((channel) -> channel.close().block(PATIENCE));
	}

	private static RawConnection connect() {
		return RawConnection.open(server().port());
	}

	private static Channel channel() {
		return Objects.requireNonNull(server().channels().obtain("a").block(PATIENCE));
	}

	/** Polls, publishes when the client waits, and reads the answer. */
	private static Answer deliver(RawConnection client, String... headers) {
		return deliver(Transport.LEGACY, client, headers);
	}

	/** The client goes on from the answer that it got last. */
	@Test
	void pollWithACursorShouldBeRepeated() {
		try (RawConnection client = connect()) {
			String cursor = "none";
			for (int i = 0; i < POLLS; i++) {
				String sent = cursor;
				Channel channel = channel();
				if (i == 0) {
					client.poll("registration=a", Users.login("ada"));
				}
				else {
					client.poll("registration=a", Users.login("ada"), "Comet-Cursor: " + sent);
				}
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m" + i).block(PATIENCE);
				Answer answer = client.read();
				assertThat(answer.body()).isEqualTo("a:m" + i);
				cursor = Objects.requireNonNull(answer.header("Comet-Cursor"));
				assertThat(cursor).isNotEqualTo(sent);
				Await.until(() -> channel.subscribers() == 0);
			}
		}
		assertThat(PASSED).hasValue(1);
	}

	private static Answer deliver(Transport transport, RawConnection client, String... headers) {
		Channel channel = channel();
		if (transport == Transport.JSON) {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}", headers);
		}
		else {
			client.poll("registration=a", headers);
		}
		Await.until(() -> channel.subscribers() == 1);
		channel.publish("m").block(PATIENCE);
		Answer answer = client.read();
		Await.until(() -> channel.subscribers() == 0);
		return answer;
	}

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" }, mode = Mode.INCLUDE)
	void repeatedPollShouldPassNoFilter(Transport transport) {
		try (RawConnection client = connect()) {
			List<String> headers = List.of();
			for (int i = 0; i < POLLS; i++) {
				Answer answer = deliver(transport, client, Users.login("ada"));
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.body()).contains("m");
				List<String> received = answer.headers()
					.stream()
					.map((line) -> line.replaceFirst("(?i)^(comet-cursor|content-length): .*", "$1"))
					.toList();
				assertThat(received).contains("X-Frame-Options: DENY");
				assertThat(received).isEqualTo(headers.isEmpty() ? received : headers);
				headers = received;
			}
		}
		assertThat(PASSED).hasValue(1);
		// A slot is free when its answer has been taken, which the client knows earlier.
		Await.until(() -> server().connections(transport) == 0);
	}

	@Test
	void pollThatIsAnsweredAtOnceShouldBeRepeated() {
		try (RawConnection client = connect()) {
			for (int i = 0; i < POLLS; i++) {
				client.poll("registration=unknown", Users.login("ada"));
				Answer answer = client.read();
				assertThat(answer.body()).isEqualTo("unknown:ENDED_CHANNEL");
				assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
			}
		}
		assertThat(PASSED).hasValue(1);
	}

	@Test
	void authorizerShouldBeAskedAtEachPoll() {
		try (RawConnection client = connect()) {
			for (int i = 0; i < POLLS; i++) {
				deliver(client, Users.login("ada"), "X-Page: 7");
			}
		}
		assertThat(PASSED).hasValue(1);
		assertThat(ASKED).hasSize(POLLS).containsOnly(new Asked("ada", "ada", "7", "note of ada"));
	}

	@Test
	void pollThatIsForbiddenShouldBeRefused() {
		try (RawConnection client = connect()) {
			deliver(client, Users.login("guest"));
			// The server refuses it, and is asked again then.
			client.poll("registration=forbidden", Users.login("guest"));
			Answer refused = client.read();
			assertThat(refused.status()).isEqualTo(403);
			assertThat(refused.header("X-Frame-Options")).isEqualTo("DENY");
			assertThat(deliver(client, Users.login("guest")).body()).contains("m");
		}
		assertThat(PASSED).hasValue(3);
	}

	@Test
	void pollWithAnotherHeadShouldPassTheFilters() {
		try (RawConnection client = connect()) {
			deliver(client, Users.login("ada"));
			deliver(client, Users.login("ada"), "X-Page: 7");
			deliver(client, Users.login("bob"), "X-Page: 7");
			client.poll("registration=a");
			assertThat(client.read().status()).isEqualTo(401);
			deliver(Transport.JSON, client, Users.login("bob"), "X-Page: 7");
		}
		assertThat(PASSED).hasValue(5);
		assertThat(ASKED.stream().map(Asked::principal)).containsExactly("ada", "ada", "bob", "bob");
	}

	@Test
	void pollOnAnotherConnectionShouldPassTheFilters() {
		try (RawConnection one = connect(); RawConnection other = connect()) {
			deliver(one, Users.login("ada"));
			deliver(other, Users.login("ada"));
		}
		assertThat(PASSED).hasValue(2);
	}

	@Test
	void pollsInOnePieceShouldEachBeOfTheirUser() {
		Channel channel = channel();
		try (RawConnection client = connect()) {
			client.send(poll("ada") + poll("bob"));
			for (int i = 0; i < 2; i++) {
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m").block(PATIENCE);
				assertThat(client.read().status()).isEqualTo(200);
				Await.until(() -> channel.subscribers() == 0);
			}
			client.send(poll("ada"));
			Await.until(() -> channel.subscribers() == 1);
		}
		assertThat(ASKED.stream().map(Asked::principal)).containsExactly("ada", "bob", "ada");
	}

	private static String poll(String user) {
		return "POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ocsigen-comet\r\n"
				+ Users.login(user) + "\r\nContent-Length: 14\r\n\r\nregistration=a";
	}

	@Test
	void pollAfterLogOutShouldBeRefused() {
		String cookie = logIn();
		try (RawConnection client = connect()) {
			deliver(client, cookie);
			deliver(client, cookie);
			assertThat(PASSED).hasValue(1);
			try (RawConnection other = connect()) {
				other.request("POST", "/logout", null, "", cookie).read();
			}
			client.poll("registration=a", cookie);
			assertThat(client.read().status()).isIn(302, 401);
		}
	}

	private static String logIn() {
		try (RawConnection client = connect()) {
			String cookie = client
				.request("POST", "/login", "application/x-www-form-urlencoded", "username=ada&password=password")
				.read()
				.header("Set-Cookie");
			return "Cookie: " + Objects.requireNonNull(cookie).split(";")[0];
		}
	}

	@Test
	void pollWhenHeadersDifferEachTimeShouldPassTheFilters() {
		writer = (exchange) -> exchange.getResponse().getHeaders().set("X-Nonce", UUID.randomUUID().toString());
		assertAllPass();
	}

	@Test
	void pollWhenCookiesAreSetShouldPassTheFilters() {
		writer = (exchange) -> exchange.getResponse().addCookie(ResponseCookie.from("seen", "yes").build());
		assertAllPass();
	}

	private static void assertAllPass() {
		try (RawConnection client = connect()) {
			for (int i = 0; i < POLLS; i++) {
				deliver(client, Users.login("ada"));
			}
		}
		assertThat(PASSED).hasValue(POLLS);
	}

	/**
	 * Log-ins are not kept, or the application takes headers out of requests that the
	 * authorizer may want to see.
	 */
	@ParameterizedTest
	@ValueSource(ints = { 1, 2 })
	void pollWhenLoginsAreNotKeptShouldPassTheFilters(int server) {
		used = server;
		try {
			assertAllPass();
		}
		finally {
			closeChannels();
			used = 0;
		}
	}

	@Test
	void orderToDisconnectShouldEndRepeatedPoll() {
		try (RawConnection client = connect()) {
			deliver(client, Users.login("ada"));
			client.poll("registration=a", Users.login("ada"));
			Await.until(() -> channel().subscribers() == 1);
			server().control().disconnect("ada").block(PATIENCE);
			assertThat(client.read().status()).isEqualTo(401);
		}
		assertThat(PASSED).hasValue(1);
	}

	@Test
	void pollWhileInactiveShouldBeRefusedByTheServer() {
		try (RawConnection client = connect()) {
			deliver(client, Users.login("ada"));
			server().control().deactivate().block(PATIENCE);
			client.poll("registration=a", Users.login("ada"));
			assertThat(client.read().status()).isEqualTo(503);
			server().control().activate().block(PATIENCE);
			assertThat(deliver(client, Users.login("ada")).body()).contains("m");
		}
	}

	/**
	 * What an authorizer was told.
	 *
	 * @param principal the name of the user
	 * @param context the name of the user in the Reactor context
	 * @param page a header
	 * @param note an attribute of the application
	 */
	private record Asked(@Nullable String principal, @Nullable String context, @Nullable String page, Object note) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Authorizer {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return new ChannelAuthorizer() {

				@Override
				public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
					return Mono.just(!channel.equals("forbidden"));
				}

				@Override
				public Mono<ReadDecisions> authorize(ReadRequest request) {
					return ReactiveSecurityContextHolder.getContext()
						.map(SecurityContext::getAuthentication)
						.map(Authentication::getName)
						.doOnNext((name) -> ASKED.add(new Asked(Objects.requireNonNull(request.principal()).getName(),
								name, request.headers().getOrDefault("x-page", List.of("")).get(0),
								request.attributes().getOrDefault("note", ""))))
						.then(ChannelAuthorizer.super.authorize(request));
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Security {

		@Bean
		SecurityWebFilterChain security(ServerHttpSecurity http) {
			return http.authorizeExchange((exchanges) -> exchanges.anyExchange().access((authentication, context) -> {
				// As a decision of an application may leave it
				return authentication.map((known) -> {
					context.getExchange().getAttributes().put("note", "note of " + known.getName());
					return new org.springframework.security.authorization.AuthorizationDecision(
							known.isAuthenticated());
				});
			}))
				.formLogin(Customizer.withDefaults())
				.httpBasic(Customizer.withDefaults())
				.csrf(ServerHttpSecurity.CsrfSpec::disable)
				.headers((headers) -> headers.writer((exchange) -> Mono.fromRunnable(() -> write(exchange))))
				.build();
		}

		private static void write(ServerWebExchange exchange) {
			if (exchange.getRequest().getPath().value().equals("/comet")) {
				PASSED.incrementAndGet();
				writer.accept(exchange);
			}
		}

	}

}
