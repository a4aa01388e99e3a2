package io.github.cometspring.netty;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.cometspring.web.PollAnswer;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;

/**
 * Makes Netty's responses of answers. Those who share an answer share its head.
 */
final class NettyAnswer {

	private static final Function<PollAnswer, HttpHeaders> HEADERS = NettyAnswer::encode;

	private NettyAnswer() {
	}

	static FullHttpResponse response(PollAnswer answer) {
		return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status().value()),
				Unpooled.wrappedBuffer(answer.body()), headers(answer), EmptyHttpHeaders.INSTANCE);
	}

	/**
	 * The headers of an answer, shared and not to be changed.
	 */
	static HttpHeaders headers(PollAnswer answer) {
		return answer.encoded(HEADERS);
	}

	private static HttpHeaders encode(PollAnswer answer) {
		List<CharSequence> headers = new ArrayList<>();
		answer.headers().forEach((name, value) -> {
			headers.add(AsciiString.of(name));
			headers.add(AsciiString.of(value));
		});
		return new ReadOnlyHttpHeaders(false, headers.toArray(CharSequence[]::new));
	}

}
