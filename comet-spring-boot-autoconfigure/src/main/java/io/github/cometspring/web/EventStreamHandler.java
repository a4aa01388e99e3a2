package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.channel.Message;
import io.github.cometspring.protocol.JsonDialect;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Server-sent events (protocol, section 4).
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class EventStreamHandler implements WebHandler {

	private static final Dialect DIALECT = new Dialect(Transport.SSE, EventStreamHandler::size);

	private final Subscriptions subscriptions;

	private final EventLoops eventLoops;

	private final Duration writeTimeout;

	private final Deadlines writeDeadlines;

	/**
	 * Creates a handler.
	 * @param subscriptions what it opens
	 * @param eventLoops where clients are served
	 * @param writeTimeout how long a client may take to receive what it is sent
	 */
	public EventStreamHandler(Subscriptions subscriptions, EventLoops eventLoops, Duration writeTimeout) {
		this.subscriptions = subscriptions;
		this.eventLoops = eventLoops;
		this.writeTimeout = writeTimeout;
		this.writeDeadlines = new Deadlines(writeTimeout);
	}

	private static long size(Message message) {
		return EventStreamEncoder.OVERHEAD + JsonDialect.encodedLength(message);
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		EventLoop loop = this.eventLoops.of(exchange.getRequest());
		ServerHttpResponse response = exchange.getResponse();
		return Mono.defer(() -> stream(exchange, this.subscriptions.connect(DIALECT, loop), loop))
			.onErrorResume(RefusedRequestException.class,
					(ex) -> Problem.answer(response, ex.status(), ex.sentence(), null))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> Problem.answer(response, ex))
			.contextWrite(Answers.IGNORE_LATE_ERRORS);
	}

	private Mono<Void> stream(ServerWebExchange exchange, Connection connection, EventLoop loop) {
		this.eventLoops.streaming(exchange.getRequest(), this.writeTimeout.plus(connection.heartbeat()));
		BatchSource source = new BatchSource(connection);
		return Mono.deferContextual((context) -> {
			source.begin(EventStreamQuery.read(exchange), context);
			return source.next();
		}).flatMap((first) -> answer(exchange, source, first, loop)).doFinally((signal) -> source.exchangeEnded());
	}

	private Mono<Void> answer(ServerWebExchange exchange, BatchSource source, Batch first, EventLoop loop) {
		ServerHttpResponse response = exchange.getResponse();
		if (first.ending() == Ending.CHANNELS_ENDED
				&& first.segments().stream().allMatch((segment) -> segment.messages().isEmpty() && !segment.isGap())
				// Who comes back has been told what is refused.
				&& (first.refused().isEmpty() || EventStreamQuery.comesBack(exchange.getRequest()))) {
			// The status that stops an EventSource.
			source.written();
			return Answers.writeEmpty(response, HttpStatus.NO_CONTENT);
		}
		if (first.ending() == Ending.KILLED || first.ending() == Ending.SHUTTING_DOWN) {
			return Problem.answer(response, HttpStatus.SERVICE_UNAVAILABLE, "Comet ended the stream",
					first.cursor().token());
		}
		response.setStatusCode(HttpStatus.OK);
		response.getHeaders().set(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE + ";charset=UTF-8");
		// For proxies of the nginx kind, which would hold events back.
		response.getHeaders().set("X-Accel-Buffering", "no");
		SocketWriter socket = this.eventLoops.socket(exchange.getRequest(), response, this.writeTimeout);
		if (socket != null) {
			Disposable late = this.writeDeadlines.on(loop)
				.subscribe(null, null, this.eventLoops.cutter(exchange.getRequest()), Context.empty());
			return new DirectEventStream(source, socket, loop).write(response, first, late);
		}
		return new EventStream(response, source, first, this.writeDeadlines.on(loop), taken(exchange.getRequest()),
				this.eventLoops.cutter(exchange.getRequest()))
			.write();
	}

	/**
	 * Completes when the client's connection has nothing to write, and never if it ends
	 * before: then the stream is cancelled.
	 */
	private Mono<Void> taken(ServerHttpRequest request) {
		return Mono.create((sink) -> this.eventLoops.watch(request, this.writeTimeout, new WriteListener() {
			@Override
			public void taken() {
				sink.success();
			}

			@Override
			public void lost() {
				// The server cancels the stream.
			}
		}));
	}

}
