package io.github.cometspring.web;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
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
		return Mono.defer(() -> poll(exchange, loop, this.subscriptions.connect(this.polls.dialect(), loop)))
			.onErrorResume(RefusedRequestException.class,
					(ex) -> refuse(response, loop, this.polls.refuse(ex.status(), ex.sentence())))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> refuse(response, loop, this.polls.refuse(ex)));
	}

	private Mono<Void> poll(ServerWebExchange exchange, EventLoop loop, Connection connection) {
		return read(exchange, loop).flatMapMany(connection::listen)
			.next()
			// Who is answered keeps the place until the answer is taken.
			.doOnError((ex) -> connection.close())
			.doOnCancel(connection::close)
			.switchIfEmpty(Mono.fromRunnable(connection::close))
			.flatMap((batch) -> answer(exchange, batch, loop, connection));
	}

	private Mono<SubscriptionRequest> read(ServerWebExchange exchange, EventLoop loop) {
		ServerHttpRequest request = exchange.getRequest();
		return Mono.defer(() -> this.requestBody.read(request, loop))
			.map((body) -> this.polls.read((name) -> request.getHeaders().getOrEmpty(name), body,
					exchange.getPrincipal()));
	}

	private Mono<Void> answer(ServerWebExchange exchange, Batch batch, EventLoop loop, Connection connection) {
		Mono<Void> written = Mono.defer(() -> Answers.write(exchange.getResponse(), this.polls.answer(batch)));
		return this.writing.watch(written, batch, connection, exchange.getRequest(), loop);
	}

	private Mono<Void> refuse(ServerHttpResponse response, EventLoop loop, PollAnswer answer) {
		if (answer.status() == HttpStatus.REQUEST_TIMEOUT) {
			// What is still to come of it would be taken in for nothing.
			response.getHeaders().setConnection("close");
		}
		return this.writing.inTime(Answers.write(response, answer), loop);
	}

}
