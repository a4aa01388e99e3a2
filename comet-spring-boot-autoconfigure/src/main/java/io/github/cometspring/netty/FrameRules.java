package io.github.cometspring.netty;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocket13FrameDecoder;
import io.netty.handler.codec.http.websocketx.WebSocketCloseStatus;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.handler.codec.http.websocketx.extensions.WebSocketServerExtensionHandler;
import io.netty.util.ReferenceCountUtil;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Refuses what RFC 6455 does not allow the client of a WebSocket to send, whichever way
 * its frames go: the connection is closed with 1002 for what breaks the protocol, 1007
 * for text that is not UTF-8, 1009 for a frame that is too big. A client that sends
 * anything before its handshake is answered breaks the protocol, too (section 4.1): the
 * HTTP decoder has read into it by then, so that it could not be served reliably. Nobody
 * behind this handler hears of what was refused; to them the connection has ended.
 * Belongs to the event loop of the connection.
 */
final class FrameRules extends ChannelDuplexHandler {

	static final String NAME = "comet.frameRules";

	private static final String DECODER = "wsdecoder";

	private final int maxFramePayloadLength;

	/**
	 * Whether the handshake has been answered with success.
	 */
	private boolean switched;

	/**
	 * Whether something has come before that.
	 */
	private boolean early;

	/**
	 * Whether either side has said goodbye: nothing is read any more.
	 */
	private boolean over;

	/**
	 * The text message of which fragments are still to come.
	 */
	private @Nullable Utf8Check text;

	/**
	 * Whether what has come of it is UTF-8. Judged when it is complete: what follows in
	 * the same breath would only reset the connection before the client has read why.
	 */
	private boolean textValid;

	private FrameRules(int maxFramePayloadLength, boolean early) {
		this.maxFramePayloadLength = maxFramePayloadLength;
		this.early = early;
	}

	/**
	 * Applies the rules to a connection. To be called when its handshake is about to be
	 * answered; if it is not answered with success, the rules go.
	 * @param channel the connection
	 * @param maxFramePayloadLength the size of the largest frame, in bytes
	 */
	static void apply(Channel channel, int maxFramePayloadLength) {
		ChannelPipeline pipeline = channel.pipeline();
		// A stream of HTTP/2 has no codec of its own.
		if (pipeline.get(NettyPipeline.HttpCodec) != null && pipeline.get(FrameRules.class) == null) {
			FastPathHandler path = pipeline.get(FastPathHandler.class);
			boolean early = path != null && path.hasMoreThanOne();
			pipeline.addAfter(NettyPipeline.HttpCodec, NAME, new FrameRules(maxFramePayloadLength, early));
		}
	}

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
		this.over = this.over || message instanceof CloseWebSocketFrame;
		if (this.switched || !(message instanceof HttpResponse response)) {
			context.write(message, promise);
		}
		else if (response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
			this.switched = true;
			decodeStrictly(context.pipeline());
			context.write(message, promise);
			if (this.early) {
				refuseEarly(context);
			}
		}
		else {
			context.write(message, promise);
			if (response.status().codeClass() != HttpStatusClass.INFORMATIONAL) {
				context.pipeline().remove(this);
			}
		}
	}

	/**
	 * Puts a decoder in the place of the server's that leaves it to this handler to
	 * close. It has not decoded anything yet.
	 */
	private void decodeStrictly(ChannelPipeline pipeline) {
		if (pipeline.get(DECODER) != null) {
			WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
				.maxFramePayloadLength(this.maxFramePayloadLength)
				// The bits that a negotiated extension has not taken away are looked at
				// here.
				.allowExtensions(pipeline.get(WebSocketServerExtensionHandler.class) != null)
				.closeOnProtocolViolation(false)
				.build();
			pipeline.replace(DECODER, DECODER, new FrameDecoder(config));
		}
	}

	@Override
	public void channelRead(ChannelHandlerContext context, Object message) {
		if (message instanceof WebSocketFrame frame) {
			read(context, frame);
		}
		else if (message == LastHttpContent.EMPTY_LAST_CONTENT) {
			// The end of the handshake's own request
			context.fireChannelRead(message);
		}
		else {
			ReferenceCountUtil.release(message);
			this.early = true;
			if (this.switched) {
				refuseEarly(context);
			}
		}
	}

	private void read(ChannelHandlerContext context, WebSocketFrame frame) {
		if (this.over) {
			frame.release();
		}
		else if (frame.rsv() != 0) {
			refuse(context, frame, WebSocketCloseStatus.PROTOCOL_ERROR, "Reserved bits without an extension");
		}
		else if (frame instanceof CloseWebSocketFrame close && !isLegal(close.content())) {
			refuse(context, frame, WebSocketCloseStatus.PROTOCOL_ERROR, "Illegal close code");
		}
		else if (!isUtf8(frame)) {
			refuse(context, frame, WebSocketCloseStatus.INVALID_PAYLOAD_DATA, "Not UTF-8");
		}
		else {
			this.over = frame instanceof CloseWebSocketFrame;
			context.fireChannelRead(frame);
		}
	}

	/**
	 * Whether the content of a close frame has no code or one that may go over the wire
	 * (RFC 6455, section 7.4, and the registry it founds).
	 */
	private static boolean isLegal(ByteBuf content) {
		if (content.readableBytes() < Short.BYTES) {
			return !content.isReadable();
		}
		int code = content.getUnsignedShort(content.readerIndex());
		return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
	}

	private boolean isUtf8(WebSocketFrame frame) {
		ByteBuf content = frame.content();
		if (frame instanceof CloseWebSocketFrame) {
			Utf8Check reason = new Utf8Check();
			return content.readableBytes() <= Short.BYTES
					|| (reason.accept(content.slice().skipBytes(Short.BYTES)) && reason.isComplete());
		}
		if (frame instanceof TextWebSocketFrame) {
			this.text = new Utf8Check();
			this.textValid = true;
		}
		Utf8Check text = this.text;
		if (text == null || !(frame instanceof TextWebSocketFrame || frame instanceof ContinuationWebSocketFrame)) {
			return true;
		}
		this.textValid = this.textValid && text.accept(content);
		if (!frame.isFinalFragment()) {
			return true;
		}
		this.text = null;
		return this.textValid && text.isComplete();
	}

	private void refuse(ChannelHandlerContext context, WebSocketFrame frame, WebSocketCloseStatus status,
			String reason) {
		frame.release();
		close(context, status, reason);
	}

	private void refuseEarly(ChannelHandlerContext context) {
		close(context, WebSocketCloseStatus.PROTOCOL_ERROR, "Sent before the handshake was answered");
	}

	private void close(ChannelHandlerContext context, WebSocketCloseStatus status, String reason) {
		if (!this.over) {
			this.over = true;
			context.writeAndFlush(new CloseWebSocketFrame(status, reason)).addListener(ChannelFutureListener.CLOSE);
		}
	}

	@Override
	public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
		if (cause instanceof CorruptedWebSocketFrameException broken) {
			close(context, broken.closeStatus(), String.valueOf(broken.getMessage()));
		}
		else {
			context.fireExceptionCaught(cause);
		}
	}

	/**
	 * Netty's decoder, but for close frames: it would let codes pass that are illegal,
	 * and refuse others without a word.
	 */
	private static final class FrameDecoder extends WebSocket13FrameDecoder {

		private FrameDecoder(WebSocketDecoderConfig config) {
			super(config);
		}

		@Override
		protected void checkCloseFrameBody(ChannelHandlerContext context, ByteBuf body) {
			// Looked at when it is decoded
		}

	}

}
