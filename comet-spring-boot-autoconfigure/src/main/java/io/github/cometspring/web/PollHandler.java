package io.github.cometspring.web;

import java.util.List;

import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Long polling (protocol, sections 2 and 3) on the default path.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PollHandler implements WebHandler {

	private final ClientSockets sockets;

	private final PollTerms terms;

	private final RequestBody requestBody;

	private final KeptLogins logins;

	/**
	 * Creates a handler.
	 * @param subscriptions opens subscriptions
	 * @param sockets the sockets of clients
	 * @param polls the dialect of its requests
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param logins keeps who polls, where the sockets let polls repeat without the
	 * filters
	 */
	public PollHandler(Subscriptions subscriptions, ClientSockets sockets, PollDialect polls, int maxRequestSize,
			KeptLogins logins) {
		this.sockets = sockets;
		this.terms = new PollTerms(subscriptions, polls, sockets.writeDeadlines());
		this.requestBody = new RequestBody(maxRequestSize, RequestBody.TIMEOUT);
		this.logins = logins;
	}

	/**
	 * The media type of a request, or {@code null} if it has none or several.
	 */
	static @Nullable String contentType(ServerHttpRequest request) {
		List<String> values = request.getHeaders().getOrEmpty(HttpHeaders.CONTENT_TYPE);
		return (values.size() == 1) ? values.get(0) : null;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		return new WebFluxPoll(this.terms, this.requestBody, this.logins, this.sockets.of(exchange.getRequest()),
				exchange);
	}

}
