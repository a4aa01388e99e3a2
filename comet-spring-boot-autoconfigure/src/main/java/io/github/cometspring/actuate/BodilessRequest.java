package io.github.cometspring.actuate;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.http.HttpHeaders;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.http.server.reactive.ServerHttpRequestDecorator;

/**
 * A request without its body and what its headers say of it: all that it has to say
 * stands in its path. Spring would refuse a body of a media type that no operation reads,
 * even an empty one. The server throws the body away.
 */
final class BodilessRequest extends ServerHttpRequestDecorator {

	private final HttpHeaders headers = new HttpHeaders();

	BodilessRequest(ServerHttpRequest request) {
		super(request);
		this.headers.putAll(request.getHeaders());
		this.headers.remove(HttpHeaders.CONTENT_TYPE);
		this.headers.remove(HttpHeaders.CONTENT_LENGTH);
		this.headers.remove(HttpHeaders.TRANSFER_ENCODING);
	}

	/**
	 * Whether a request says that its body is JSON.
	 * @param request a request, with whatever media type
	 * @return {@code false} also if what it says is no media type
	 */
	static boolean isJson(ServerHttpRequest request) {
		@Nullable String contentType = request.getHeaders().getFirst(HttpHeaders.CONTENT_TYPE);
		try {
			MediaType type = MediaType.parseMediaType((contentType != null) ? contentType : "");
			return type.getSubtype().equalsIgnoreCase("json") || "json".equalsIgnoreCase(type.getSubtypeSuffix());
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.headers;
	}

	@Override
	public Flux<DataBuffer> getBody() {
		return Flux.empty();
	}

}
