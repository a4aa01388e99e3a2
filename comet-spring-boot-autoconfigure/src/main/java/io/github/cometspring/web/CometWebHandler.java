package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * The endpoint: finds the dialect of a request by its method and media types, and calls
 * the handler of that dialect.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometWebHandler implements WebHandler {

	private final Map<Transport, WebHandler> handlers;

	private final AllowedOrigins allowedOrigins;

	/**
	 * Creates the endpoint.
	 * @param handlers the handlers of the enabled transports
	 * @param allowedOrigins the foreign origins whose pages may open a WebSocket
	 */
	public CometWebHandler(Map<Transport, WebHandler> handlers, AllowedOrigins allowedOrigins) {
		this.handlers = new EnumMap<>(handlers);
		this.allowedOrigins = allowedOrigins;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		ServerHttpResponse response = exchange.getResponse();
		ResponseHeaders.setCommon(response);
		if (isLegacyButNotPost(request)) {
			response.getHeaders().set(HttpHeaders.ALLOW, HttpMethod.POST.name());
			return PlainText.answer(response, HttpStatus.METHOD_NOT_ALLOWED, "Use POST");
		}
		if (HttpMethod.POST.equals(request.getMethod()) && hasAny(Transport.LEGACY, Transport.JSON)) {
			WebHandler handler = pollHandler(request);
			if (handler != null) {
				return handler.handle(exchange);
			}
			response.getHeaders().set("Accept-Post", String.join(", ", pollTypes()));
			return PlainText.answer(response, HttpStatus.UNSUPPORTED_MEDIA_TYPE,
					"Use " + String.join(" or ", pollTypes()));
		}
		if (HttpMethod.GET.equals(request.getMethod()) && hasAny(Transport.SSE, Transport.WEBSOCKET)) {
			return handleGet(exchange);
		}
		response.getHeaders().set(HttpHeaders.ALLOW, String.join(", ", methods()));
		return PlainText.answer(response, HttpStatus.METHOD_NOT_ALLOWED, "Use " + String.join(" or ", methods()));
	}

	private boolean hasAny(Transport one, Transport other) {
		return this.handlers.containsKey(one) || this.handlers.containsKey(other);
	}

	/**
	 * Whether a request has the media type of the legacy dialect, but another method than
	 * that dialect's.
	 */
	private boolean isLegacyButNotPost(ServerHttpRequest request) {
		return !HttpMethod.POST.equals(request.getMethod()) && this.handlers.containsKey(Transport.LEGACY)
				&& LegacyCodec.isLegacyMediaType(request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE));
	}

	private @Nullable WebHandler pollHandler(ServerHttpRequest request) {
		String contentType = PollHandler.contentType(request);
		if (contentType == null) {
			return null;
		}
		if (LegacyCodec.isLegacyMediaType(contentType)) {
			return this.handlers.get(Transport.LEGACY);
		}
		return JsonPollDialect.isJson(contentType) ? this.handlers.get(Transport.JSON) : null;
	}

	private List<String> pollTypes() {
		List<String> types = new ArrayList<>();
		if (this.handlers.containsKey(Transport.LEGACY)) {
			types.add(LegacyCodec.MEDIA_TYPE);
		}
		if (this.handlers.containsKey(Transport.JSON)) {
			types.add(MediaType.APPLICATION_JSON_VALUE);
		}
		return types;
	}

	private List<String> methods() {
		List<String> methods = new ArrayList<>();
		if (hasAny(Transport.SSE, Transport.WEBSOCKET)) {
			methods.add(HttpMethod.GET.name());
		}
		if (hasAny(Transport.LEGACY, Transport.JSON)) {
			methods.add(HttpMethod.POST.name());
		}
		return methods;
	}

	private Mono<Void> handleGet(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		WebHandler webSocket = this.handlers.get(Transport.WEBSOCKET);
		if (webSocket != null && "websocket".equalsIgnoreCase(request.getHeaders().getUpgrade())) {
			return PageOrigin.isForeign(request) ? handleForeign(exchange, webSocket) : webSocket.handle(exchange);
		}
		WebHandler events = this.handlers.get(Transport.SSE);
		if (events != null && acceptsEvents(request)) {
			return events.handle(exchange);
		}
		return PlainText.answer(exchange.getResponse(), HttpStatus.NOT_ACCEPTABLE,
				(events != null) ? "Accept " + MediaType.TEXT_EVENT_STREAM_VALUE : "Upgrade to websocket");
	}

	/**
	 * Accepts the handshake of a page of another origin if the origin is allowed. CORS
	 * does not protect WebSockets: the browser sends the user's cookies and does not keep
	 * the answer from the page.
	 */
	private Mono<Void> handleForeign(ServerWebExchange exchange, WebHandler webSocket) {
		if (!this.allowedOrigins.admit(exchange.getRequest())) {
			return PlainText.answer(exchange.getResponse(), HttpStatus.FORBIDDEN, "Foreign origin");
		}
		if (this.allowedOrigins.mayUseCredentials()) {
			return webSocket.handle(exchange);
		}
		return exchange.getPrincipal()
			.filter(Caller::isLoggedIn)
			.hasElement()
			.flatMap((loggedIn) -> loggedIn
					? PlainText.answer(exchange.getResponse(), HttpStatus.FORBIDDEN, "Credentials of a foreign origin")
					: webSocket.handle(exchange));
	}

	private static boolean acceptsEvents(ServerHttpRequest request) {
		try {
			List<MediaType> accepted = request.getHeaders().getAccept();
			return accepted.isEmpty() || accepted.stream()
				.anyMatch((type) -> type.getQualityValue() > 0 && type.includes(MediaType.TEXT_EVENT_STREAM));
		}
		catch (InvalidMediaTypeException | InvalidMimeTypeException ex) {
			return false;
		}
	}

}
