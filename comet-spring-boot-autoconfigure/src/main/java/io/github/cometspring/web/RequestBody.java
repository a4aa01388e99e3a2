package io.github.cometspring.web;

import java.time.Duration;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.EventLoop;
import reactor.core.publisher.Mono;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferLimitException;
import org.springframework.core.io.buffer.DataBufferUtils;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Reads the bodies of requests, with limits of size and time.
 */
final class RequestBody {

	/**
	 * How long a body may take to arrive.
	 */
	static final Duration TIMEOUT = Duration.ofSeconds(10);

	private static final byte[] EMPTY = new byte[0];

	private final int maxSize;

	private final Deadlines deadlines;

	RequestBody(int maxSize, Duration timeout) {
		this.maxSize = maxSize;
		this.deadlines = new Deadlines(timeout);
	}

	/**
	 * Reads a body.
	 * @param request the request
	 * @param loop the event loop that owns the client's socket
	 * @return the bytes, perhaps none, or {@link RefusedRequestException}
	 */
	Mono<byte[]> read(ServerHttpRequest request, EventLoop loop) {
		if (request.getHeaders().getContentLength() > this.maxSize) {
			return Mono.error(tooLarge());
		}
		return DataBufferUtils.join(request.getBody(), this.maxSize)
			.map(RequestBody::toBytes)
			.defaultIfEmpty(EMPTY)
			.timeout(this.deadlines.on(loop))
			.onErrorMap(DataBufferLimitException.class, (ex) -> tooLarge())
			.onErrorMap(TimeoutException.class,
					(ex) -> new RefusedRequestException(HttpStatus.REQUEST_TIMEOUT, "Request body did not arrive"))
			// The client has disconnected or sent malformed HTTP: no error of this server
			.onErrorMap((ex) -> !(ex instanceof RefusedRequestException),
					(ex) -> new RefusedRequestException(HttpStatus.BAD_REQUEST, "Request body did not arrive"))
			.contextWrite(LateErrors.IGNORED);
	}

	private RefusedRequestException tooLarge() {
		return new RefusedRequestException(HttpStatus.CONTENT_TOO_LARGE,
				"Request body too large: at most %d bytes".formatted(this.maxSize));
	}

	private static byte[] toBytes(DataBuffer buffer) {
		byte[] bytes = new byte[buffer.readableByteCount()];
		buffer.read(bytes);
		DataBufferUtils.release(buffer);
		return bytes;
	}

}
