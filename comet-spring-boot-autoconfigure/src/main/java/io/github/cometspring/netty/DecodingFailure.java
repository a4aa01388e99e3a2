package io.github.cometspring.netty;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.DecoderResultProvider;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import org.jspecify.annotations.Nullable;

/**
 * Recognises data that is not HTTP/1.1, after which nothing can be decoded, and refuses
 * it as the server does.
 */
final class DecodingFailure {

	private static final HttpVersion HTTP_2 = HttpVersion.valueOf("HTTP/2.0");

	private DecodingFailure() {
	}

	/**
	 * The status with which a message is refused.
	 * @param message a message that the codec has decoded
	 * @return the status, or {@code null} if it is HTTP/1.1
	 */
	static @Nullable HttpResponseStatus status(Object message) {
		DecoderResult result = (message instanceof DecoderResultProvider decoded) ? decoded.decoderResult()
				: DecoderResult.SUCCESS;
		if (result.isFailure()) {
			return status(result.cause());
		}
		if (message instanceof HttpRequest request && (HTTP_2.equals(request.protocolVersion()) || !hasPort(request))) {
			return HttpResponseStatus.BAD_REQUEST;
		}
		return null;
	}

	private static HttpResponseStatus status(Throwable failure) {
		Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
		if (cause instanceof TooLongHttpLineException) {
			return HttpResponseStatus.REQUEST_URI_TOO_LONG;
		}
		return (cause instanceof TooLongHttpHeaderException) ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
				: HttpResponseStatus.BAD_REQUEST;
	}

	/**
	 * Whether the port of the host is a number, if there is one.
	 */
	private static boolean hasPort(HttpRequest request) {
		String host = request.headers().get(HttpHeaderNames.HOST);
		int colon = (host != null) ? host.indexOf(':', Math.max(0, host.indexOf(']'))) : -1;
		if (host == null || colon < 0) {
			return true;
		}
		try {
			Integer.parseInt(host.substring(colon + 1));
			return true;
		}
		catch (NumberFormatException ex) {
			return false;
		}
	}

	/**
	 * The same answer as that of the server.
	 */
	static FullHttpResponse response(HttpResponseStatus status) {
		FullHttpResponse response = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, Unpooled.EMPTY_BUFFER);
		response.headers()
			.setInt(HttpHeaderNames.CONTENT_LENGTH, 0)
			.set(HttpHeaderNames.CONNECTION, HttpHeaderValues.CLOSE);
		return response;
	}

}
