package io.github.cometspring.netty;

import java.util.Set;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannel;
import org.jspecify.annotations.Nullable;
import reactor.netty.NettyPipeline;

/**
 * Looks whether anybody sits between the socket of a client and its request who would
 * miss what goes around him: an access log, metrics, compression, a timeout, a handler of
 * the application, a multiplexed protocol.
 */
final class PlainPipeline {

	/**
	 * The name of the handler that bounds what a client may pile up.
	 */
	static final String GUARD = "comet.guard";

	/**
	 * The name of the handler that knows what the codec has not read.
	 */
	static final String UNREAD = "comet.unread";

	/**
	 * The name of the handler of the fast path.
	 */
	static final String FAST_PATH = "comet.fastPath";

	/**
	 * The name of what puts the fragments of messages together.
	 */
	static final String AGGREGATOR = "comet.aggregator";

	private static final Set<String> PLAIN = Set.of(NettyPipeline.SslHandler, NettyPipeline.HttpCodec,
			NettyPipeline.HttpTrafficHandler, NettyPipeline.ReactiveBridge, UNREAD, GUARD, FAST_PATH,
			ClosedWebSocketHandler.NAME, WebSocketFrames.NAME, FrameRules.NAME, AGGREGATOR, "wsencoder", "wsdecoder");

	private PlainPipeline() {
	}

	/**
	 * Whether nobody would miss anything.
	 * @param channel the connection
	 * @return {@code true} if there is only what serves HTTP/1.1 or WebSocket anyhow
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
	 * Where to write what shall go over the wire as it is: behind all codecs, before
	 * encryption.
	 * @param pipeline the handlers of the connection
	 * @return the place, or {@code null} if the connection is closed
	 */
	static @Nullable ChannelHandlerContext wire(ChannelPipeline pipeline) {
		ChannelHandlerContext first = pipeline.firstContext();
		if (first == null || !first.name().equals(NettyPipeline.SslHandler)) {
			return first;
		}
		// What a handler writes goes to those before it.
		return pipeline.toMap()
			.keySet()
			.stream()
			.skip(1)
			.findFirst()
			.map((name) -> pipeline.context(name))
			.orElse(null);
	}

}
