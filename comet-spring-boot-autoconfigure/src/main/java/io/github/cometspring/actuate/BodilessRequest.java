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
 * A request without its body and the headers that describe it, for commands that are
 * complete in their path. Spring would refuse a body of a media type that no operation
 * reads, even an empty one. The server discards the body.
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
	 * Whether the {@code Content-Type} of a request is JSON.
	 * @param request the request
	 * @return {@code false} also if the media type is malformed
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
