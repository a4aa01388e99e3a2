package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Long polling (protocol, sections 2 and 3).
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PollHandler implements WebHandler {

	private final Subscriptions subscriptions;

	private final EventLoops eventLoops;

	private final PollDialect polls;

	private final RequestBody requestBody;

	private final WriteWatch writing;

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
		this.subscriptions = subscriptions;
		this.eventLoops = eventLoops;
		this.polls = polls;
		this.requestBody = new RequestBody(maxRequestSize, Answers.BODY_TIMEOUT);
		this.writing = new WriteWatch(eventLoops, writeTimeout);
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
		ServerHttpResponse response = exchange.getResponse();
		EventLoop loop = this.eventLoops.of(exchange.getRequest());
		if (exchange.getRequest() instanceof WholeRequest whole && response instanceof WholeResponse taking) {
			return new WholePoll(this.subscriptions, loop, this.polls, this.writing, exchange, whole, taking);
		}
		return this.subscriptions.open(this.polls.dialect(), loop, read(exchange, loop))
			.next()
			.flatMap((batch) -> answer(exchange, batch, loop))
			// Whoever cannot be told is gone, or was told by the server itself
			.onErrorResume(RefusedRequestException.class,
					(ex) -> refuse(response, ex.status(), ex.sentence()).onErrorComplete())
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> Answers.write(response, this.polls.refuse(ex)));
	}

	private Mono<SubscriptionRequest> read(ServerWebExchange exchange, EventLoop loop) {
		ServerHttpRequest request = exchange.getRequest();
		return Mono.defer(() -> this.requestBody.read(request, loop))
			.map((body) -> this.polls.read((name) -> request.getHeaders().getOrEmpty(name), body,
					exchange.getPrincipal()));
	}

	private Mono<Void> answer(ServerWebExchange exchange, Batch batch, EventLoop loop) {
		Mono<Void> written = Answers.write(exchange.getResponse(), this.polls.answer(batch));
		return this.writing.watch(written, batch, exchange.getRequest(), loop)
			// The server has answered by itself: what followed the request was no HTTP
			.onErrorComplete((ex) -> ex instanceof IllegalStateException && exchange.getResponse().isCommitted());
	}

	private Mono<Void> refuse(ServerHttpResponse response, HttpStatus status, @Nullable String sentence) {
		return Answers.write(response, this.polls.refuse(status, sentence));
	}

}
