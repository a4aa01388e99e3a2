package io.github.cometspring.autoconfigure;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.security.web.server.savedrequest.NoOpServerRequestCache;
import org.springframework.security.web.server.savedrequest.ServerRequestCache;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometRequestCache}.
 */
class CometRequestCacheTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void requestToCometShouldNotBeLookedForInTheCache() {
		List<String> asked = new ArrayList<>();
		ServerRequestCache cache = new CometRequestCache(new AskedCache(asked),
				(request) -> request.getPath().value().equals("/comet"));
		ServerWebExchange ours = MockServerWebExchange.from(MockServerHttpRequest.get("/comet"));
		ServerWebExchange other = MockServerWebExchange.from(MockServerHttpRequest.get("/other"));
		assertThat(cache.removeMatchingRequest(ours).blockOptional(PATIENCE)).isEmpty();
		assertThat(asked).isEmpty();
		assertThat(cache.removeMatchingRequest(other).blockOptional(PATIENCE)).isPresent();
		assertThat(cache.getRedirectUri(ours).block(PATIENCE)).isEqualTo(URI.create("/there"));
		cache.saveRequest(ours).block(PATIENCE);
		assertThat(asked).containsExactly("/other", "/comet");
	}

	private record AskedCache(List<String> asked) implements ServerRequestCache {

		@Override
		public Mono<Void> saveRequest(ServerWebExchange exchange) {
			this.asked.add(exchange.getRequest().getPath().value());
			return NoOpServerRequestCache.getInstance().saveRequest(exchange);
		}

		@Override
		public Mono<URI> getRedirectUri(ServerWebExchange exchange) {
			return Mono.just(URI.create("/there"));
		}

		@Override
		public Mono<ServerHttpRequest> removeMatchingRequest(ServerWebExchange exchange) {
			this.asked.add(exchange.getRequest().getPath().value());
			return Mono.just(exchange.getRequest());
		}

	}

}
