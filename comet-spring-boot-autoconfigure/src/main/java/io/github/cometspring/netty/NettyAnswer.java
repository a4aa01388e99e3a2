package io.github.cometspring.netty;

import java.util.function.Function;

import io.github.cometspring.web.PollAnswer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import io.netty.handler.codec.http.EmptyHttpHeaders;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.ReadOnlyHttpHeaders;
import io.netty.util.AsciiString;

import org.springframework.http.HttpStatus;

/**
 * Converts answers to Netty's responses. Clients that share an answer share its headers.
 */
final class NettyAnswer {

	private static final Function<PollAnswer, Encoded> ENCODED = (answer) -> new Encoded(encode(answer));

	private NettyAnswer() {
	}

	/**
	 * The response of an answer.
	 * @param answer the answer
	 * @param channel the connection that it is for, on its event loop
	 * @return the response
	 */
	static FullHttpResponse response(PollAnswer answer, Channel channel) {
		Encoded encoded = answer.encoded(ENCODED);
		ByteBuf body = (encoded.used && answer.body().length > 0)
				? SharedBuffers.of(channel.eventLoop()).buffer(answer.body(), channel.alloc())
				: Unpooled.wrappedBuffer(answer.body());
		encoded.used = true;
		return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status().value()),
				body, encoded.headers, EmptyHttpHeaders.INSTANCE);
	}

	private static HttpHeaders encode(PollAnswer answer) {
		CharSequence[] headers = answer.headers().toArray(CharSequence[]::new);
		for (int i = 0; i < headers.length; i++) {
			// Netty writes these without a conversion of each character.
			headers[i] = AsciiString.of(headers[i]);
		}
		if (answer.status() == HttpStatus.NO_CONTENT) {
			// The codec removes headers of a body, though there are none.
			HttpHeaders changeable = new DefaultHttpHeaders();
			for (int i = 0; i < headers.length; i += 2) {
				changeable.add(headers[i], headers[i + 1]);
			}
			return changeable;
		}
		return new ReadOnlyHttpHeaders(false, headers);
	}

	/**
	 * The form of an answer that clients share.
	 */
	private static final class Encoded {

		private final HttpHeaders headers;

		/**
		 * Whether a client has got this answer before.
		 */
		private boolean used;

		private Encoded(HttpHeaders headers) {
			this.headers = headers;
		}

	}

}
