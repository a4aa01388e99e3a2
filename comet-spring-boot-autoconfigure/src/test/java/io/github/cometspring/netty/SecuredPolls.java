package io.github.cometspring.netty;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.BothPaths;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.LoginOfAnyKind;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import reactor.core.publisher.Mono;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.security.web.server.header.ServerHttpHeadersWriter;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebSession;
import org.springframework.web.server.session.DefaultWebSessionManager;
import org.springframework.web.server.session.InMemoryWebSessionStore;

/**
 * Servers for all tests of a class, one on each path, whose users poll behind Spring
 * Security. A test says what the application does before an answer is committed; else
 * that is nothing.
 */
final class SecuredPolls implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback, AfterAllCallback {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final AtomicInteger SESSIONS = new AtomicInteger();

	private static volatile Function<ServerWebExchange, Mono<Void>> action = (exchange) -> Mono.empty();

	private final BothPaths paths = new BothPaths(new Class<?>[] { Application.class }, "comet.write-timeout=500ms")
		.exempting(DetachedPoll.class.getName(),
				"org.springframework.boot.webflux.autoconfigure.error.DefaultErrorWebExceptionHandler",
				"org.springframework.boot.webflux.error.DefaultErrorWebExceptionHandler",
				"org.springframework.boot.webflux.autoconfigure.error.AbstractErrorWebExceptionHandler");

	@Override
	public void beforeAll(ExtensionContext context) {
		this.paths.beforeAll(context);
	}

	@Override
	public void beforeEach(ExtensionContext context) {
		beforeCommit((exchange) -> Mono.empty());
	}

	/** A test that fails leaves no channel to the next one. */
	@Override
	public void afterEach(ExtensionContext context) {
		this.paths.servers()
			.forEach((server) -> Optional.ofNullable(server.channels().find("a").block(PATIENCE))
				.ifPresent((channel) -> channel.close().block(PATIENCE)));
	}

	@Override
	public void afterAll(ExtensionContext context) {
		this.paths.afterAll(context);
	}

	CometServer server(boolean fastPath) {
		return this.paths.server(fastPath);
	}

	/** Sets what the application does before it commits an answer on Comet's path. */
	void beforeCommit(Function<ServerWebExchange, Mono<Void>> next) {
		action = next;
	}

	/** The number of sessions that have begun. */
	int sessions() {
		return SESSIONS.get();
	}

	/** Creates a channel, which a client polls and waits for. */
	static Channel held(CometServer server, RawConnection client, Transport transport, String login) {
		Channel channel = server.create("a");
		poll(client, transport, login);
		Await.until(() -> channel.subscribers() == 1);
		return channel;
	}

	static void poll(RawConnection client, Transport transport, String login) {
		if (transport == Transport.LEGACY) {
			client.poll("registration=a", login);
		}
		else {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}", login);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@Import(LoginOfAnyKind.class)
	static class Application {

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

		@Bean
		ServerHttpHeadersWriter actionBeforeCommit() {
			return (exchange) -> isForComet(exchange) ? action.apply(exchange) : Mono.empty();
		}

		private static boolean isForComet(ServerWebExchange exchange) {
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
