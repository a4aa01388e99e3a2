package io.github.cometspring.netty;

import java.util.Set;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslHandler;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Checks whether a pipeline is plain: without a handler that must see every request and
 * answer, such as an access log, metrics, compression, a timeout, a handler of the
 * application, or a multiplexed protocol.
 */
final class PlainPipeline {

	/**
	 * The name of the handler that limits the requests that wait.
	 */
	static final String GUARD = "comet.guard";

	/**
	 * The name of the handler that knows whether the codec has unread bytes.
	 */
	static final String UNREAD = "comet.unread";

	/**
	 * The name of the handler of the fast path.
	 */
	static final String FAST_PATH = "comet.fastPath";

	/**
	 * The name of the handler that joins the fragments of messages.
	 */
	static final String AGGREGATOR = "comet.aggregator";

	/**
	 * The name of the handler of TLS after the server has chosen a certificate by the
	 * name that the client asked for, as each server of Spring Boot does.
	 */
	private static final String TLS_BY_NAME = SslHandler.class.getName();

	private static final Set<String> PLAIN = Set.of(NettyPipeline.SslHandler, TLS_BY_NAME, NettyPipeline.HttpCodec,
			NettyPipeline.HttpTrafficHandler, NettyPipeline.ReactiveBridge, UNREAD, GUARD, FAST_PATH,
			ClosedWebSocketHandler.NAME, WebSocketFrames.NAME, FrameRules.NAME, AGGREGATOR, "wsencoder", "wsdecoder");

	private PlainPipeline() {
	}

	/**
	 * Whether the pipeline of a connection is plain.
	 * @param channel the connection
	 * @return {@code true} if it has only the handlers that serve HTTP/1.1 or WebSocket
	 */
	static boolean isPlain(Channel channel) {
		// A stream of HTTP/2 has no socket of its own.
		if (!(channel.parent() instanceof ServerChannel)) {
			return false;
		}
		ChannelHandlerContext last = channel.pipeline().lastContext();
		return last != null && PLAIN.containsAll(channel.pipeline().toMap().keySet());
	}

	/**
	 * The context to which bytes are written direct, without the server's codecs, but
	 * encrypted if the connection is.
	 * @param pipeline the handlers of the connection
	 * @return the context, or {@code null} if the connection is closed
	 */
	static @Nullable ChannelHandlerContext wire(ChannelPipeline pipeline) {
		ChannelHandlerContext first = pipeline.firstContext();
		if (first == null || !(first.handler() instanceof SslHandler)) {
			return first;
		}
		// A write through a context goes to the handlers before it.
		return pipeline.toMap()
			.keySet()
			.stream()
			.skip(1)
			.findFirst()
			.map((name) -> pipeline.context(name))
			.orElse(null);
	}

}
