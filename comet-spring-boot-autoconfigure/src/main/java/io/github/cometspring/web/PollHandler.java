package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Long polling (protocol, sections 2 and 3), where the polls come through WebFlux.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PollHandler implements WebHandler {

	private final EventLoops eventLoops;

	private final PollTerms terms;

	private final RequestBody requestBody;

	private final Duration writeTimeout;

	/**
	 * Creates a handler.
	 * @param subscriptions what it opens
	 * @param eventLoops where clients are served
	 * @param polls the dialect of its requests
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param writeTimeout how long a client may take to receive an answer
	 */
	public PollHandler(Subscriptions subscriptions, EventLoops eventLoops, PollDialect polls, int maxRequestSize,
			Duration writeTimeout) {
		this.eventLoops = eventLoops;
		this.terms = new PollTerms(subscriptions, polls, new Deadlines(writeTimeout));
		this.requestBody = new RequestBody(maxRequestSize, Answers.BODY_TIMEOUT);
		this.writeTimeout = writeTimeout;
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
		return new WebFluxPoll(this, this.eventLoops.of(exchange.getRequest()), exchange);
	}

	PollTerms terms() {
		return this.terms;
	}

	/**
	 * Reads the body of a request.
	 */
	Mono<byte[]> body(ServerHttpRequest request, EventLoop loop) {
		return this.requestBody.read(request, loop);
	}

	/**
	 * Tells when the client has taken its answer, or gives it up.
	 */
	void watch(ServerHttpRequest request, WriteListener listener) {
		this.eventLoops.watch(request, this.writeTimeout, listener);
	}

	/**
	 * Ends the connection of a client.
	 */
	void cut(ServerHttpRequest request) {
		this.eventLoops.cutter(request).run();
	}

}
