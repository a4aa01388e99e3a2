package io.github.cometspring.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.protocol.JsonDialect;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.publisher.Mono;

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
			.onErrorResume(SubscriptionRejectedException.class,
					(ex) -> Problem.answer(response, Answers.status(ex), ex.getMessage(), null))
			.contextWrite(Answers.IGNORE_LATE_ERRORS);
	}

	private Mono<Void> stream(ServerWebExchange exchange, Connection connection, EventLoop loop) {
		this.eventLoops.streaming(exchange.getRequest(), this.writeTimeout.plus(connection.heartbeat()));
		BatchSource source = new BatchSource(connection);
		return Mono.defer(() -> {
			connection.listen(read(exchange)).subscribe(source);
			return source.next();
		}).flatMap((first) -> answer(exchange, source, first, loop)).doFinally((signal) -> source.exchangeEnded());
	}

	private static SubscriptionRequest read(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		// A parameter without a value is null.
		List<String> channels = request.getQueryParams()
			.getOrDefault("channel", List.of())
			.stream()
			.filter((channel) -> channel != null && !channel.isEmpty())
			.distinct()
			.toList();
		if (channels.isEmpty()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "No channels");
		}
		return new SubscriptionRequest(starts(channels, request), null, exchange.getPrincipal());
	}

	private static Map<String, Cursor> starts(List<String> channels, ServerHttpRequest request) {
		List<String> header = request.getHeaders().getOrEmpty("Last-Event-ID");
		// The header was written after all that the address says.
		List<String> tokens = header.isEmpty() ? parameters(request, "cursor") : header;
		Cursor cursor = tokens.isEmpty() ? Cursor.LATEST : parse((tokens.size() == 1) ? tokens.get(0) : "");
		Map<String, Cursor> starts = new LinkedHashMap<>();
		channels.forEach((channel) -> starts.put(channel, cursor));
		for (String from : header.isEmpty() ? parameters(request, "from") : List.<String>of()) {
			int colon = from.indexOf(':');
			Cursor own = parse(from.substring(0, Math.max(0, colon)));
			List.of(from.substring(colon + 1).split(",")).forEach((channel) -> starts.replace(channel, own));
		}
		return starts;
	}

	private static List<String> parameters(ServerHttpRequest request, String name) {
		return request.getQueryParams()
			.getOrDefault(name, List.of())
			.stream()
			.map((value) -> (value != null) ? value : "")
			.toList();
	}

	private static Cursor parse(String token) {
		try {
			return Cursor.parse(token);
		}
		catch (InvalidCursorException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "Invalid cursor");
		}
	}

	private Mono<Void> answer(ServerWebExchange exchange, BatchSource source, Batch first, EventLoop loop) {
		ServerHttpResponse response = exchange.getResponse();
		if (first.ending() == Ending.CHANNELS_ENDED
				&& first.segments().stream().allMatch((segment) -> segment.messages().isEmpty() && !segment.isGap())) {
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
			return new DirectEventStream(source, socket, loop).write(response, first);
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
