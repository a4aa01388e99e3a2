package io.github.cometspring.web;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
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

	private static final Dialect DIALECT = new Dialect(Transport.SSE, EventStreamEncoder::size);

	private final Subscriptions subscriptions;

	private final ClientSockets sockets;

	/**
	 * Creates a handler.
	 * @param subscriptions opens subscriptions
	 * @param sockets the sockets of clients
	 */
	public EventStreamHandler(Subscriptions subscriptions, ClientSockets sockets) {
		this.subscriptions = subscriptions;
		this.sockets = sockets;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		ClientSocket socket = this.sockets.of(exchange.getRequest());
		ServerHttpResponse response = exchange.getResponse();
		return Mono
			.defer(() -> stream(exchange,
					this.subscriptions.connect(DIALECT, socket.loop(), exchange.getRequest()::getRemoteAddress),
					socket))
			.onErrorResume(RefusedRequestException.class,
					(ex) -> Problem.answer(response, ex.status(), ex.sentence(), null))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> Problem.answer(response, ex))
			.contextWrite(LateErrors.IGNORED);
	}

	private Mono<Void> stream(ServerWebExchange exchange, ConnectedClient connection, ClientSocket socket) {
		socket.streaming(connection.heartbeat());
		BatchSource source = new BatchSource(connection);
		return Mono.deferContextual((context) -> {
			EventStreamEncoder encoder = EventStreamQuery.encoder(exchange.getRequest());
			source.begin(EventStreamQuery.read(exchange, Callers.of(exchange, this.subscriptions)), context);
			return source.next().flatMap((first) -> answer(exchange, encoder, source, first, socket));
		}).doFinally((signal) -> source.exchangeEnded());
	}

	private Mono<Void> answer(ServerWebExchange exchange, EventStreamEncoder encoder, BatchSource source, Batch first,
			ClientSocket socket) {
		ServerHttpResponse response = exchange.getResponse();
		if (first.ending() == Ending.CHANNELS_ENDED
				&& first.segments().stream().allMatch((segment) -> segment.messages().isEmpty() && !segment.isGap())
				// A client that reconnects has received the refusals before.
				&& (first.refused().isEmpty() || EventStreamQuery.isReconnect(exchange.getRequest()))) {
			// This status stops an EventSource from reconnecting.
			source.written();
			response.setStatusCode(HttpStatus.NO_CONTENT);
			response.getHeaders().setContentLength(0);
			return response.setComplete();
		}
		if (first.ending() == Ending.EXPIRED && first.segments().isEmpty()) {
			return Problem.answer(response, HttpStatus.UNAUTHORIZED, Problem.EXPIRED, first.cursor().token());
		}
		if (first.ending() == Ending.KILLED || first.ending() == Ending.SHUTTING_DOWN) {
			return Problem.answer(response, HttpStatus.SERVICE_UNAVAILABLE, "Comet ended the stream",
					first.cursor().token());
		}
		response.setStatusCode(HttpStatus.OK);
		response.getHeaders().set(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE + ";charset=UTF-8");
		// Tells nginx and similar proxies not to buffer the events.
		response.getHeaders().set("X-Accel-Buffering", "no");
		return socket.isDirect(response) ? new DirectEventStream(encoder, source, socket).write(response, first)
				: new EventStream(encoder, response, source, socket, first).write();
	}

}
