package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.protocol.LegacyDialect;
import io.github.cometspring.protocol.LegacyEntry;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
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

	private static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

	private final Subscriptions subscriptions;

	private final EventLoops eventLoops;

	private final RequestBody requestBody;

	private final Duration writeTimeout;

	private final Deadlines writeDeadlines;

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
		this.requestBody = new RequestBody(maxRequestSize, BODY_TIMEOUT);
		this.writeTimeout = writeTimeout;
		this.writeDeadlines = new Deadlines(writeTimeout);
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
		ServerHttpRequest request = exchange.getRequest();
		HttpHeaders headers = exchange.getResponse().getHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, "text/plain;charset=UTF-8");
		headers.setCacheControl("no-store");
		headers.set("X-Content-Type-Options", "nosniff");
		if (!HttpMethod.POST.equals(request.getMethod())) {
			headers.set(HttpHeaders.ALLOW, HttpMethod.POST.name());
			return refuse(exchange, HttpStatus.METHOD_NOT_ALLOWED, "Use POST");
		}
		if (!hasMediaType(request)) {
			headers.set("Accept-Post", LegacyDialect.MEDIA_TYPE);
			return refuse(exchange, HttpStatus.UNSUPPORTED_MEDIA_TYPE, "Use " + LegacyDialect.MEDIA_TYPE);
		}
		EventLoop loop = this.eventLoops.of(request);
		return this.subscriptions.open(DIALECT, loop, read(exchange, loop))
			.next()
			.flatMap((batch) -> answer(exchange, batch, loop))
			// Whoever cannot be told is gone, or was told by the server itself
			.onErrorResume(RefusedRequestException.class,
					(ex) -> refuse(exchange, ex.status(), ex.sentence()).onErrorComplete())
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> refuse(exchange, ex));
	}

	private Mono<SubscriptionRequest> read(ServerWebExchange exchange, EventLoop loop) {
		return Mono.defer(() -> this.requestBody.read(exchange.getRequest(), loop)).map((bytes) -> {
			List<String> channels = LegacyDialect.decodeRegistration(bytes);
			if (channels.isEmpty()) {
				throw new RefusedRequestException(HttpStatus.BAD_REQUEST, LegacyDialect.EMPTY_REGISTRATION);
			}
			return new SubscriptionRequest(channels, cursor(exchange.getRequest()), exchange.getPrincipal());
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
		Mono<Void> written;
		if (batch.ending() == Ending.KILLED || batch.ending() == Ending.SHUTTING_DOWN) {
			written = unavailable(response);
		}
		else {
			written = write(response, body(batch.segments())).timeout(this.writeDeadlines.on(loop));
		}
		return written
			.doOnSuccess((done) -> this.eventLoops.watch(exchange.getRequest(), this.writeTimeout, batch::written,
					batch::failed))
			.doOnError((ex) -> batch.failed())
			.doOnCancel(batch::failed)
			// The server has answered by itself: what followed the request was no HTTP
			.onErrorComplete(IllegalStateException.class);
	}

	private static byte[] body(List<Segment> segments) {
		if (segments.size() == 1) {
			return segments.get(0).encoded(LegacyPollHandler::encode);
		}
		List<LegacyEntry> entries = new ArrayList<>();
		segments.forEach((segment) -> entries.addAll(entries(segment)));
		return LegacyDialect.encodeEntries(entries);
	}

	private static byte[] encode(Segment segment) {
		return LegacyDialect.encodeEntries(entries(segment));
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

	private static Mono<Void> refuse(ServerWebExchange exchange, SubscriptionRejectedException ex) {
		return switch (ex.getReason()) {
			case INACTIVE, SHUTTING_DOWN, TOO_MANY_CONNECTIONS -> unavailable(exchange.getResponse());
			case TOO_MANY_CHANNELS -> refuse(exchange, HttpStatus.BAD_REQUEST, ex.getMessage());
			case FORBIDDEN -> {
				exchange.getResponse().setStatusCode(HttpStatus.FORBIDDEN);
				yield write(exchange.getResponse(), new byte[0]);
			}
		};
	}

	private static Mono<Void> refuse(ServerWebExchange exchange, HttpStatus status, @Nullable String sentence) {
		ServerHttpResponse response = exchange.getResponse();
		response.setStatusCode(status);
		return write(response, (sentence != null) ? sentence.getBytes(StandardCharsets.UTF_8) : new byte[0]);
	}

	private static Mono<Void> unavailable(ServerHttpResponse response) {
		response.setStatusCode(HttpStatus.SERVICE_UNAVAILABLE);
		response.getHeaders().set(HttpHeaders.RETRY_AFTER, CometHeaders.RETRY_AFTER_SECONDS);
		return write(response, new byte[0]);
	}

	private static Mono<Void> write(ServerHttpResponse response, byte[] body) {
		response.getHeaders().setContentLength(body.length);
		return (body.length == 0) ? response.setComplete()
				: response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

}
