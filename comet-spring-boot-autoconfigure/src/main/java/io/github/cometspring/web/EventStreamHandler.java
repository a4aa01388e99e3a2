package io.github.cometspring.web;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.publisher.Mono;

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

	static final Dialect DIALECT = new Dialect(Transport.SSE, EventStreamEncoder::size);

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
			EventStreamQuery query = EventStreamQuery.of(exchange.getRequest());
			EventStreamEncoder encoder = query.encoder();
			source.begin(query.read(Callers.of(exchange, this.subscriptions)), context);
			return source.next()
				.flatMap((first) -> answer(exchange.getResponse(), StreamAnswer.to(first, query), encoder, source,
						first, socket));
		}).doFinally((signal) -> source.exchangeEnded());
	}

	private static Mono<Void> answer(ServerHttpResponse response, StreamAnswer answer, EventStreamEncoder encoder,
			BatchSource source, Batch first, ClientSocket socket) {
		if (answer == StreamAnswer.NOTHING_LEFT) {
			source.written();
			response.setStatusCode(answer.status());
			response.getHeaders().setContentLength(0);
			return response.setComplete();
		}
		if (answer != StreamAnswer.EVENTS) {
			return Problem.answer(response, answer.status(), answer.sentence(), first.cursor().token());
		}
		response.setStatusCode(answer.status());
		StreamAnswer.HEADERS.forEach((header) -> response.getHeaders().set(header.getKey(), header.getValue()));
		return socket.isDirect(response) ? new DirectEventStream(encoder, source, socket).write(response, first)
				: new EventStream(encoder, response, source, socket, first).write();
	}

}
