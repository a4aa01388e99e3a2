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
 * Refuses frames that RFC 6455 does not allow the client of a WebSocket to send. The
 * connection is closed with 1002 for a breach of the protocol, 1007 for text that is not
 * UTF-8, 1009 for a frame that is too big. A client that sends anything before its
 * handshake is answered breaks the protocol, too (section 4.1): the HTTP decoder has
 * decoded a part of it by then. Later handlers do not get refused frames; to them the
 * connection has ended. Belongs to the event loop of the connection.
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
	 * Whether the client has sent anything before that.
	 */
	private boolean early;

	/**
	 * Whether either side has sent a close frame. Later frames are dropped.
	 */
	private boolean over;

	/**
	 * The check of a text message whose last fragment has not come.
	 */
	private @Nullable Utf8Check text;

	/**
	 * Whether its fragments so far are UTF-8. The message is refused when it is complete:
	 * unread fragments would reset the connection before the client has read the reason.
	 */
	private boolean textValid;

	private FrameRules(int maxFramePayloadLength, boolean early) {
		this.maxFramePayloadLength = maxFramePayloadLength;
		this.early = early;
	}

	/**
	 * Applies the rules to a connection. To be called just before its handshake is
	 * answered. The handler is removed if the answer is not a success.
	 * @param channel the connection
	 * @param maxFramePayloadLength the size of the largest frame, in bytes
	 */
	static void apply(Channel channel, int maxFramePayloadLength) {
		ChannelPipeline pipeline = channel.pipeline();
		// A stream of HTTP/2 has no codec of its own.
		if (pipeline.get(NettyPipeline.HttpCodec) != null && pipeline.get(FrameRules.class) == null) {
			FastPathHandler path = pipeline.get(FastPathHandler.class);
			boolean early = path != null && path.takeover().hasMoreThanOne();
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
	 * Replaces the decoder of the server, which has not decoded anything yet, with one
	 * that leaves it to this handler to close.
	 */
	private void decodeStrictly(ChannelPipeline pipeline) {
		if (pipeline.get(DECODER) != null) {
			WebSocketDecoderConfig config = WebSocketDecoderConfig.newBuilder()
				.maxFramePayloadLength(this.maxFramePayloadLength)
				// This handler checks the bits that no negotiated extension uses.
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
			// The end of the handshake request
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
	 * (RFC 6455, section 7.4, and its registry).
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
			FailedClientHandler.handOn(context, cause);
		}
	}

	/**
	 * Netty's decoder without its check of close frames, which accepts illegal codes, and
	 * refuses others without a close frame.
	 */
	private static final class FrameDecoder extends WebSocket13FrameDecoder {

		private FrameDecoder(WebSocketDecoderConfig config) {
			super(config);
		}

		@Override
		protected void checkCloseFrameBody(ChannelHandlerContext context, ByteBuf body) {
			// Checked when it is decoded
		}

	}

}
