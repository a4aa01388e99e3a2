package io.github.cometspring.netty;

import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.Users;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.web.server.ServerHttpSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.web.server.SecurityWebFilterChain;
import org.springframework.web.server.ServerWebExchange;

/**
 * A server behind Spring Security, which counts the polls that pass the filters and keeps
 * what its authorizer was told. As an extension it serves all tests of a class, and knows
 * when a test begins that its filters always write the same headers. Its counts are
 * static, so a test uses one server at a time.
 */
final class FilteredServer implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AtomicInteger PASSED = new AtomicInteger();

	private static final List<Asked> ASKED = new CopyOnWriteArrayList<>();

	private static final Consumer<ServerWebExchange> NOTHING = (exchange) -> {
	};

	private static volatile Consumer<ServerWebExchange> writer = NOTHING;

	private final String property;

	private @Nullable CometServer server;

	/**
	 * Creates a server that is to be started.
	 * @param property a line {@code name=value}
	 */
	FilteredServer(String property) {
		this.property = property;
	}

	void start() {
		this.server = CometServer.start(new Class<?>[] { Users.class, Security.class, Authorizer.class },
				this.property);
	}

	@Override
	public void beforeAll(ExtensionContext context) {
		start();
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		writer = NOTHING;
		// Only headers that were seen twice are known not to change.
		for (int i = 0; i < 2; i++) {
			try (RawConnection client = connect()) {
				deliver(client, Users.login("user"));
			}
		}
		ASKED.clear();
		PASSED.set(0);
	}

	@Override
	public void afterEach(ExtensionContext context) {
		Optional.ofNullable(server().channels().find("a").block(PATIENCE))
			.ifPresent((channel) -> channel.close().block(PATIENCE));
	}

	@Override
	public void afterAll(ExtensionContext context) {
		close();
	}

	void close() {
		server().close();
	}

	/** The property, by which a parameterized test names the server. */
	@Override
	public String toString() {
		return this.property;
	}

	CometServer server() {
		return Objects.requireNonNull(this.server);
	}

	RawConnection connect() {
		return RawConnection.open(server().port());
	}

	Channel channel() {
		return Objects.requireNonNull(server().channels().obtain("a").block(PATIENCE));
	}

	/** Polls, publishes when the client waits, and reads the answer. */
	Answer deliver(RawConnection client, String... headers) {
		return deliver(Transport.LEGACY, client, headers);
	}

	/** Polls, publishes when the client waits, and reads the answer. */
	Answer deliver(Transport transport, RawConnection client, String... headers) {
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

	/** Sets what the application adds to an answer. */
	void write(Consumer<ServerWebExchange> next) {
		writer = next;
	}

	/** The number of polls in this test that have passed the filters. */
	int passed() {
		return PASSED.get();
	}

	/** What the authorizer was told in this test. */
	List<Asked> asked() {
		return ASKED;
	}

	/**
	 * What an authorizer was told.
	 *
	 * @param principal the name of the user
	 * @param context the name of the user in the Reactor context
	 * @param page a header
	 * @param note an attribute of the application
	 */
	record Asked(@Nullable String principal, @Nullable String context, @Nullable String page, Object note) {
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
					return new AuthorizationDecision(known.isAuthenticated());
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
