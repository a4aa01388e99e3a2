package io.github.cometspring.web;

import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Writes the bodies of responses in one piece.
 */
final class ResponseBody {

	private ResponseBody() {
	}

	/**
	 * Writes a response.
	 * @param response the response
	 * @param status its status
	 * @param contentType the media type of the body
	 * @param body the body, not to be changed
	 * @return completes when it is written
	 */
	static Mono<Void> write(ServerHttpResponse response, HttpStatus status, String contentType, byte[] body) {
		response.setStatusCode(status);
		HttpHeaders headers = response.getHeaders();
		headers.set(HttpHeaders.CONTENT_TYPE, contentType);
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			headers.set(HttpHeaders.RETRY_AFTER, ResponseHeaders.RETRY_AFTER_SECONDS);
		}
		else if (status == HttpStatus.UNAUTHORIZED) {
			headers.set(HttpHeaders.WWW_AUTHENTICATE, ResponseHeaders.LOG_IN_AGAIN);
		}
		headers.setContentLength(body.length);
		return write(response, body);
	}

	/**
	 * Writes the body of a response whose status and headers are set.
	 * @param response the response
	 * @param body the body, perhaps empty, not to be changed
	 * @return completes when it is written
	 */
	static Mono<Void> write(ServerHttpResponse response, byte[] body) {
		return (body.length == 0) ? response.setComplete()
				: response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

}
