package io.github.cometspring.sample;

import java.net.URI;
import java.util.List;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.stereotype.Component;
import org.springframework.web.reactive.function.BodyInserters;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.server.ResponseStatusException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;

/**
 * Passes requests about the sale on to the node that leads it, with the session and the
 * CSRF token of a bidder who is logged in. Messages need no such thing: Comet brings them
 * to every node.
 */
@Component
@ConditionalOnBooleanProperty("auction.shared")
class LeaderFilter implements WebFilter {

	private static final String PASSED_ON = "Auction-Passed-On";

	/** Who asks, for Spring Security on the node that leads. */
	private static final List<String> LOG_IN = List.of(HttpHeaders.COOKIE, "X-XSRF-TOKEN");

	private final SharedSale sale;

	private final WebClient client = WebClient.create();

	LeaderFilter(SharedSale sale) {
		this.sale = sale;
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		if (!request.getPath().value().startsWith("/api/") || this.sale.isLeading()) {
			return chain.filter(exchange);
		}
		@Nullable String leader = this.sale.leader();
		if (leader == null || request.getHeaders().containsHeader(PASSED_ON)) {
			return Mono.error(new ResponseStatusException(HttpStatus.SERVICE_UNAVAILABLE, "Nobody leads the sale."));
		}
		return this.client.method(request.getMethod())
			.uri(URI.create(leader + request.getURI().getRawPath()))
			.headers((headers) -> {
				@Nullable MediaType type = request.getHeaders().getContentType();
				if (type != null) {
					headers.setContentType(type);
				}
				for (String name : LOG_IN) {
					headers.addAll(name, request.getHeaders().getOrEmpty(name));
				}
				headers.set(PASSED_ON, "1");
			})
			.body(BodyInserters.fromDataBuffers(request.getBody()))
			.exchangeToMono((answer) -> passBack(answer, exchange.getResponse()));
	}

	private static Mono<Void> passBack(ClientResponse answer, ServerHttpResponse response) {
		response.setStatusCode(answer.statusCode());
		answer.headers().contentType().ifPresent(response.getHeaders()::setContentType);
		return response.writeWith(answer.bodyToFlux(DataBuffer.class));
	}

}
