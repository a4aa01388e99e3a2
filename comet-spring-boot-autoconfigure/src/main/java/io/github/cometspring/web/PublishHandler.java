package io.github.cometspring.web;

import java.util.List;
import java.util.function.Function;

import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.EventLoop;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * Publication over HTTP (protocol, section 11) on the default path.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishHandler implements WebHandler {

	private static final String FETCH_SITE = "Sec-Fetch-Site";

	/**
	 * The values of {@value #FETCH_SITE} for requests of pages of the same origin, and of
	 * the user.
	 */
	private static final List<String> OWN_SITES = List.of("same-origin", "none");

	private static final String FORM = MediaType.APPLICATION_FORM_URLENCODED_VALUE;

	private final PublishPolicy policy;

	private final ClientSockets sockets;

	private final RequestBody requestBody;

	private final AllowedOrigins allowedOrigins;

	/**
	 * Creates a handler.
	 * @param policy the policy of publications
	 * @param sockets the sockets of publishers
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param allowedOrigins the foreign origins whose pages may publish
	 */
	public PublishHandler(PublishPolicy policy, ClientSockets sockets, int maxRequestSize,
			AllowedOrigins allowedOrigins) {
		this.policy = policy;
		this.sockets = sockets;
		this.requestBody = new RequestBody(maxRequestSize, RequestBody.TIMEOUT);
		this.allowedOrigins = allowedOrigins;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		ServerHttpRequest request = exchange.getRequest();
		HttpHeaders fields = request.getHeaders();
		Function<String, List<String>> headers = fields::getOrEmpty;
		String key = this.policy.findKey(headers);
		PollAnswer refusal = refusal(request, key);
		if (refusal != null) {
			return write(exchange.getResponse(), refusal);
		}
		ClientSocket socket = this.sockets.of(request);
		Caller caller = new Caller(exchange.getPrincipal(), new HeaderMap(fields), exchange.getAttributes(), List.of());
		return body(request, socket.loop()).flatMap(
				(body) -> this.policy.answer(request.getURI().getRawQuery(), headers, body, key, caller, socket.loop()))
			.onErrorResume(RefusedRequestException.class,
					(ex) -> Mono.just(this.policy.refuse(ex.status(), ex.sentence())))
			.flatMap((answer) -> write(exchange.getResponse(), answer));
	}

	/**
	 * Reads the body. Filters may have read that of a form before, as CSRF protection
	 * looks for its token there, and then it is empty here, or cannot be read.
	 */
	private Mono<byte[]> body(ServerHttpRequest request, EventLoop loop) {
		Mono<byte[]> body = this.requestBody.read(request, loop);
		HttpHeaders headers = request.getHeaders();
		String type = headers.getFirst(HttpHeaders.CONTENT_TYPE);
		boolean form = type != null && type.regionMatches(true, 0, FORM, 0, FORM.length());
		if (!form || headers.getContentLength() == 0) {
			return body;
		}
		return body.filter((bytes) -> bytes.length > 0)
			.onErrorResume(RefusedRequestException.class,
					(ex) -> (ex.status() == HttpStatus.BAD_REQUEST) ? Mono.empty() : Mono.error(ex))
			.switchIfEmpty(Mono.error(() -> new RefusedRequestException(HttpStatus.UNSUPPORTED_MEDIA_TYPE,
					"The message was read as a form before; use another Content-Type")));
	}

	private @Nullable PollAnswer refusal(ServerHttpRequest request, @Nullable String key) {
		if (!HttpMethod.POST.equals(request.getMethod())) {
			return this.policy.refuse(HttpStatus.METHOD_NOT_ALLOWED, "Use POST");
		}
		if (isOfForeignPage(request) && !this.allowedOrigins.admit(request)) {
			return this.policy.refuse(HttpStatus.FORBIDDEN, "Foreign origin");
		}
		return this.policy.refusal(key);
	}

	/**
	 * Whether a page of another origin has sent a request, to which its browser may have
	 * added the credentials of the user.
	 */
	private static boolean isOfForeignPage(ServerHttpRequest request) {
		return PageOrigin.isForeign(request) || !OWN_SITES.containsAll(request.getHeaders().getOrEmpty(FETCH_SITE));
	}

	private static Mono<Void> write(ServerHttpResponse response, PollAnswer answer) {
		if (answer.status() == HttpStatus.REQUEST_TIMEOUT) {
			// The server would have to read the rest of the body.
			response.getHeaders().setConnection("close");
		}
		response.setStatusCode(answer.status());
		List<CharSequence> headers = answer.headers();
		for (int i = 0; i < headers.size(); i += 2) {
			response.getHeaders().set(headers.get(i).toString(), headers.get(i + 1).toString());
		}
		return ResponseBody.write(response, answer.body());
	}

}
