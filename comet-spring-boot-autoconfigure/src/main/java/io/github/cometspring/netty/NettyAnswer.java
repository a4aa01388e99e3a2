package io.github.cometspring.netty;

import java.util.List;
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
import org.jspecify.annotations.Nullable;

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
		return response(answer, null, channel);
	}

	/**
	 * The response of an answer.
	 * @param answer the answer
	 * @param kept the headers that the response of the poll had, to which those of the
	 * answer are added, or {@code null} for none
	 * @param channel the connection that it is for, on its event loop
	 * @return the response
	 */
	static FullHttpResponse response(PollAnswer answer, @Nullable KeptHeaders kept, Channel channel) {
		Encoded encoded = answer.encoded(ENCODED);
		ByteBuf body = (encoded.used && answer.body().length > 0)
				? SharedBuffers.of(channel.eventLoop()).buffer(answer.body(), channel.alloc())
				: Unpooled.wrappedBuffer(answer.body());
		encoded.used = true;
		return new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(answer.status().value()),
				body, (kept != null) ? encoded.with(kept, answer) : encoded.headers, EmptyHttpHeaders.INSTANCE);
	}

	private static HttpHeaders encode(PollAnswer answer) {
		PollAnswer headersOf = answer.headersOf();
		if (headersOf != null) {
			return headersOf.encoded(ENCODED).headers;
		}
		CharSequence[] headers = ascii(answer.headers());
		if (answer.status() != HttpStatus.NO_CONTENT) {
			return new ReadOnlyHttpHeaders(false, headers);
		}
		// With 204, the codec removes headers of a body: it fails on read-only headers,
		// even if there are none to remove.
		HttpHeaders changeable = new DefaultHttpHeaders();
		for (int i = 0; i < headers.length; i += 2) {
			changeable.add(headers[i], headers[i + 1]);
		}
		return changeable;
	}

	/**
	 * Names and values that Netty writes without a conversion of each character.
	 */
	private static CharSequence[] ascii(List<CharSequence> headers) {
		CharSequence[] ascii = headers.toArray(CharSequence[]::new);
		for (int i = 0; i < ascii.length; i++) {
			ascii[i] = AsciiString.of(ascii[i]);
		}
		return ascii;
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

		/**
		 * The headers together with those that the last client kept.
		 */
		private @Nullable Joined joined;

		private Encoded(HttpHeaders headers) {
			this.headers = headers;
		}

		private HttpHeaders with(KeptHeaders kept, PollAnswer answer) {
			Joined joined = this.joined;
			if (joined == null || joined.kept != kept) {
				joined = new Joined(kept, kept.join(ascii(answer.ownHeaders())));
				this.joined = joined;
			}
			return joined.headers;
		}

	}

	/**
	 * The headers of an answer for clients that kept the same headers.
	 *
	 * @param kept what they kept
	 * @param headers both
	 */
	private record Joined(KeptHeaders kept, HttpHeaders headers) {

	}

}
