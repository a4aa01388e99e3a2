package io.github.cometspring.web;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.JsonDialect;
import io.github.cometspring.protocol.MalformedMessageException;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Long polling with JSON (protocol, section 3).
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class JsonPollHandler implements WebHandler {

	private static final Dialect DIALECT = new Dialect(Transport.JSON, JsonDialect::encodedLength);

	private final Subscriptions subscriptions;

	private final EventLoops eventLoops;

	private final RequestBody requestBody;

	private final WriteWatch writing;

	/**
	 * Creates a handler.
	 * @param subscriptions what it opens
	 * @param eventLoops where clients are served
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param writeTimeout how long a client may take to receive an answer
	 */
	public JsonPollHandler(Subscriptions subscriptions, EventLoops eventLoops, int maxRequestSize,
			Duration writeTimeout) {
		this.subscriptions = subscriptions;
		this.eventLoops = eventLoops;
		this.requestBody = new RequestBody(maxRequestSize, Answers.BODY_TIMEOUT);
		this.writing = new WriteWatch(eventLoops, writeTimeout);
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		EventLoop loop = this.eventLoops.of(exchange.getRequest());
		return this.subscriptions.open(DIALECT, loop, read(exchange, loop))
			.next()
			.flatMap((batch) -> answer(exchange, batch, loop))
			.onErrorResume(RefusedRequestException.class,
					(ex) -> Problem.answer(exchange.getResponse(), ex.status(), ex.sentence(), null).onErrorComplete())
			.onErrorResume(SubscriptionRejectedException.class,
					(ex) -> Problem.answer(exchange.getResponse(), Answers.status(ex), ex.getMessage(), null));
	}

	private Mono<SubscriptionRequest> read(ServerWebExchange exchange, EventLoop loop) {
		return Mono.defer(() -> this.requestBody.read(exchange.getRequest(), loop)).map((bytes) -> {
			ClientMessage message = decode(bytes);
			if (message.channels().isEmpty()) {
				throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "No channels");
			}
			Map<String, Cursor> starts = new LinkedHashMap<>();
			message.channels().forEach((channel) -> starts.put(channel, message.start(channel)));
			return new SubscriptionRequest(starts, wholeSeconds(message.timeout()), exchange.getPrincipal());
		});
	}

	private static ClientMessage decode(byte[] bytes) {
		try {
			return ClientMessage.decode(bytes);
		}
		catch (MalformedMessageException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Rounds a client's timeout up: each length of deadline is a queue of its own, and a
	 * client must not make many.
	 */
	private static @Nullable Duration wholeSeconds(@Nullable Duration timeout) {
		if (timeout == null || timeout.getNano() == 0 || timeout.getSeconds() == Long.MAX_VALUE) {
			return timeout;
		}
		return Duration.ofSeconds(timeout.getSeconds() + 1);
	}

	private Mono<Void> answer(ServerWebExchange exchange, Batch batch, EventLoop loop) {
		ServerHttpResponse response = exchange.getResponse();
		Mono<Void> written;
		if (batch.ending() == Ending.KILLED || batch.ending() == Ending.SHUTTING_DOWN) {
			written = Problem.answer(response, HttpStatus.SERVICE_UNAVAILABLE, "Comet ended the poll",
					batch.cursor().token());
		}
		else {
			written = Answers.write(response, HttpStatus.OK, MediaType.APPLICATION_JSON_VALUE,
					JsonNews.encode(batch, null));
		}
		return this.writing.watch(written, batch, exchange.getRequest(), loop);
	}

}
