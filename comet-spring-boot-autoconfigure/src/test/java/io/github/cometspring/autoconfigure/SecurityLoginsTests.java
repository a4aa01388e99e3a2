package io.github.cometspring.autoconfigure;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.subscription.LoginExpiry;
import io.github.cometspring.web.KeptLogin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.mock.web.server.MockWebSession;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.ServerWebExchangeDecorator;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.InMemoryWebSessionStore;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SecurityLogins}.
 */
class SecurityLoginsTests {

	private static final String ATTRIBUTE = "SPRING_SECURITY_CONTEXT";

	private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

	private final AtomicLong nanoTime = new AtomicLong(Long.MAX_VALUE - 5);

	private final SecurityContext context = new SecurityContextImpl(new TestingAuthenticationToken("ada", "secret"));

	private final WebSession session = Objects.requireNonNull(new InMemoryWebSessionStore().createWebSession().block());

	private WebSession presented = this.session;

	private @Nullable Instant expiry;

	private KeptLogin keep(boolean presentsSession) {
		if (presentsSession) {
			this.session.getAttributes().put(ATTRIBUTE, this.context);
		}
		return Objects.requireNonNull(find(presentsSession ? List.of(this.session.getId()) : List.of()));
	}

	private @Nullable KeptLogin find(List<String> sessionIds) {
		LoginExpiry expiry = (principal) -> this.expiry;
		SecurityLogins logins = new SecurityLogins(Duration.ofSeconds(10), expiry, (exchange) -> sessionIds,
				this.nanoTime::get, () -> NOW);
		return logins.of(exchange())
			.contextWrite(ReactiveSecurityContextHolder.withSecurityContext(Mono.just(this.context)))
			.block();
	}

	private ServerWebExchange exchange() {
		MockServerWebExchange exchange = MockServerWebExchange.builder(MockServerHttpRequest.post("/comet"))
			.session(this.presented)
			.build();
		exchange.getAttributes().put("note", "of the application");
		exchange.getAttributes().put(ServerWebExchange.class.getName() + ".x", exchange);
		exchange.getAttributes().put("class " + ServerWebExchange.class.getName(), exchange);
		return new ServerWebExchangeDecorator(exchange) {

			@Override
			@SuppressWarnings("unchecked")
			public <T extends Principal> Mono<T> getPrincipal() {
				return Mono.just((T) Objects.requireNonNull(SecurityLoginsTests.this.context.getAuthentication()));
			}

		};
	}

	private void pass(Duration time) {
		this.nanoTime.addAndGet(time.toNanos());
	}

	@Test
	void loginShouldBeCurrentUntilItsAge() {
		KeptLogin login = keep(false);
		pass(Duration.ofSeconds(10).minusNanos(1));
		assertThat(login.isCurrent()).isTrue();
		pass(Duration.ofNanos(1));
		assertThat(login.isCurrent()).isFalse();
	}

	@Test
	void loginShouldBeCurrentUntilItsTokenExpires() {
		this.expiry = NOW.plusSeconds(3);
		KeptLogin login = keep(false);
		pass(Duration.ofSeconds(2));
		assertThat(login.isCurrent()).isTrue();
		pass(Duration.ofSeconds(1));
		assertThat(login.isCurrent()).isFalse();
		this.expiry = NOW.minusSeconds(100);
		assertThat(keep(false).isCurrent()).isFalse();
	}

	@Test
	void loginShouldBeCurrentForAPartOfTheTimeOfItsSession() {
		this.session.setMaxIdleTime(Duration.ofSeconds(8));
		KeptLogin login = keep(true);
		assertThat(login.isCurrent()).isTrue();
		pass(Duration.ofSeconds(2));
		assertThat(login.isCurrent()).isFalse();
		this.session.setMaxIdleTime(Duration.ofSeconds(-1));
		login = keep(true);
		pass(Duration.ofSeconds(9));
		assertThat(login.isCurrent()).isTrue();
	}

	@Test
	void loginWhenSessionIsInvalidShouldNotBeCurrent() {
		this.session.start();
		KeptLogin login = keep(true);
		assertThat(login.isCurrent()).isTrue();
		this.session.invalidate().block();
		assertThat(login.isCurrent()).isFalse();
	}

	@Test
	void loginWhenSessionHasAnotherIdShouldNotBeCurrent() {
		this.session.start();
		KeptLogin login = keep(true);
		this.session.changeSessionId().block();
		assertThat(login.isCurrent()).isFalse();
	}

	@Test
	void loginWhenSessionHasAnotherUserShouldNotBeCurrent() {
		KeptLogin login = keep(true);
		assertThat(login.isCurrent()).isTrue();
		this.session.getAttributes().put(ATTRIBUTE, new SecurityContextImpl());
		assertThat(login.isCurrent()).isFalse();
		this.session.getAttributes().put(ATTRIBUTE, this.context);
		assertThat(login.isCurrent()).isTrue();
		this.session.getAttributes().remove(ATTRIBUTE);
		assertThat(login.isCurrent()).isFalse();
	}

	@Test
	void loginOfAnotherSessionThanTheRequestNamesShouldNotBeKept() {
		this.session.getAttributes().put(ATTRIBUTE, this.context);
		assertThat(find(List.of("another"))).isNull();
		String old = this.session.getId();
		this.session.changeSessionId().block();
		assertThat(find(List.of(old))).isNull();
		assertThat(find(List.of(this.session.getId()))).isNotNull();
	}

	@Test
	void loginThatIsNotThatOfTheSessionShouldNotBeKept() {
		assertThat(find(List.of(this.session.getId()))).isNull();
		this.session.getAttributes().put(ATTRIBUTE, new SecurityContextImpl());
		assertThat(find(List.of(this.session.getId()))).isNull();
	}

	@Test
	void loginWhenKindOfSessionIsUnknownShouldNotBeKept() {
		this.presented = new MockWebSession();
		this.presented.getAttributes().put(ATTRIBUTE, this.context);
		assertThat(find(List.of(this.presented.getId()))).isNull();
	}

	@Test
	void loginShouldHaveTheSecurityContext() {
		Mono<SecurityContext> kept = ReactiveSecurityContextHolder.getContext().contextWrite(keep(false).context());
		assertThat(kept.block()).isSameAs(this.context);
	}

	@Test
	void loginShouldHoldNoExchange() {
		assertThat(keep(false)).extracting("attributes").isEqualTo(Map.of("note", "of the application"));
	}

}
