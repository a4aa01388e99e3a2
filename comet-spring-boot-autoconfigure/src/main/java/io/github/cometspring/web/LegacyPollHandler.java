package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.protocol.LegacyDialect;
import io.github.cometspring.protocol.LegacyEntry;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Long polling in the legacy dialect (protocol, section 2).
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class LegacyPollHandler implements WebHandler {

	private static final Dialect DIALECT = new Dialect(Transport.LEGACY, LegacyPollHandler::size);

	private static final byte[] EMPTY = new byte[0];

	private static final String TEXT = "text/plain;charset=UTF-8";

	private static final Function<Segment, byte[]> ENCODER = (segment) -> LegacyDialect.encodeEntries(entries(segment));

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
	public LegacyPollHandler(Subscriptions subscriptions, EventLoops eventLoops, int maxRequestSize,
			Duration writeTimeout) {
		this.subscriptions = subscriptions;
		this.eventLoops = eventLoops;
		this.requestBody = new RequestBody(maxRequestSize, Answers.BODY_TIMEOUT);
		this.writing = new WriteWatch(eventLoops, writeTimeout);
	}

	private static long size(Message message) {
		// One for the LF before the next entry
		return 1L + LegacyDialect.encodedLength(message.channel(), message.data());
	}

	/**
	 * Whether a request is one of this dialect.
	 * @param request the request
	 * @return {@code true} if its method and media type are
	 */
	static boolean accepts(ServerHttpRequest request) {
		return HttpMethod.POST.equals(request.getMethod()) && hasMediaType(request);
	}

	private static boolean hasMediaType(ServerHttpRequest request) {
		List<String> contentTypes = request.getHeaders().getOrEmpty(HttpHeaders.CONTENT_TYPE);
		return contentTypes.size() == 1 && LegacyDialect.isLegacyMediaType(contentTypes.get(0));
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		ServerHttpResponse response = exchange.getResponse();
		Answers.harden(response);
		EventLoop loop = this.eventLoops.of(exchange.getRequest());
		return this.subscriptions.open(DIALECT, loop, read(exchange, loop))
			.next()
			.flatMap((batch) -> answer(exchange, batch, loop))
			// Whoever cannot be told is gone, or was told by the server itself
			.onErrorResume(RefusedRequestException.class,
					(ex) -> Answers.say(response, ex.status(), ex.sentence()).onErrorComplete())
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> refuse(response, ex));
	}

	private Mono<SubscriptionRequest> read(ServerWebExchange exchange, EventLoop loop) {
		return Mono.defer(() -> this.requestBody.read(exchange.getRequest(), loop)).map((bytes) -> {
			List<String> channels = LegacyDialect.decodeRegistration(bytes);
			if (channels.isEmpty()) {
				throw new RefusedRequestException(HttpStatus.BAD_REQUEST, LegacyDialect.EMPTY_REGISTRATION);
			}
			return SubscriptionRequest.of(channels, cursor(exchange.getRequest()), null, exchange.getPrincipal());
		});
	}

	private static Cursor cursor(ServerHttpRequest request) {
		List<String> tokens = request.getHeaders().getOrEmpty(CometHeaders.CURSOR);
		if (tokens.isEmpty()) {
			return Cursor.LATEST;
		}
		try {
			return Cursor.parse((tokens.size() == 1) ? tokens.get(0) : "");
		}
		catch (InvalidCursorException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "Invalid cursor");
		}
	}

	private Mono<Void> answer(ServerWebExchange exchange, Batch batch, EventLoop loop) {
		ServerHttpResponse response = exchange.getResponse();
		HttpHeaders headers = response.getHeaders();
		headers.set(CometHeaders.CURSOR, batch.cursor().token());
		List<String> gaps = batch.segments().stream().filter(Segment::isGap).map(Segment::channel).toList();
		if (!gaps.isEmpty()) {
			headers.set(CometHeaders.GAP, LegacyDialect.headerList(gaps));
		}
		boolean ended = batch.ending() == Ending.KILLED || batch.ending() == Ending.SHUTTING_DOWN;
		Mono<Void> written = ended ? Answers.write(response, HttpStatus.SERVICE_UNAVAILABLE, TEXT, EMPTY)
				: Answers.write(response, HttpStatus.OK, TEXT, body(batch.segments()));
		return this.writing.watch(written, batch, exchange.getRequest(), loop);
	}

	private static byte[] body(List<Segment> segments) {
		if (segments.size() == 1) {
			return segments.get(0).encoded(ENCODER);
		}
		List<LegacyEntry> entries = new ArrayList<>();
		segments.forEach((segment) -> entries.addAll(entries(segment)));
		return LegacyDialect.encodeEntries(entries);
	}

	private static List<LegacyEntry> entries(Segment segment) {
		List<LegacyEntry> entries = new ArrayList<>(segment.messages().size() + 1);
		for (Message message : segment.messages()) {
			entries.add(LegacyEntry.message(message.channel(), message.data()));
		}
		if (segment.isEnded()) {
			entries.add(LegacyEntry.ended(segment.channel()));
		}
		return entries;
	}

	private static Mono<Void> refuse(ServerHttpResponse response, SubscriptionRejectedException ex) {
		HttpStatus status = Answers.status(ex);
		// Of all these, only a bad request is explained (protocol, section 2).
		return Answers.say(response, status, (status == HttpStatus.BAD_REQUEST) ? String.valueOf(ex.getMessage()) : "");
	}

}
