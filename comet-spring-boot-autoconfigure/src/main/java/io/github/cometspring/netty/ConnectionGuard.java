package io.github.cometspring.netty;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.subscription.Deadlines;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.handler.codec.http.HttpServerCodec;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

/**
 * Limits the requests that wait on a connection of HTTP/1.1, for all requests of the
 * application. While a request is being answered, at most 16 others may wait, and 128 KB
 * of them; the connection of a client that sends more is closed. So is the connection of
 * a client that does not send a request, or the rest of one, in time. The time that an
 * answer takes is not limited here. Accepts many connections at a time.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class ConnectionGuard {

	/**
	 * How long a request may take to arrive, counted from the connection or from the
	 * first byte of the request.
	 */
	public static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(30);

	/**
	 * How many connections are accepted at a time. An event loop that is busy with
	 * messages seldom looks for new connections. With Netty's defaults it then accepts
	 * 16, or with epoll a single one: when a crowd connects again, most of its clients
	 * would give up and try again before they were accepted.
	 */
	static final int ACCEPTED_AT_A_TIME = 256;

	private final NettyClientSockets sockets;

	private final Deadlines deadlines;

	/**
	 * Creates the guard of a server.
	 * @param sockets the sockets of its clients
	 * @param timeout how long a request may take to arrive; a connection may be idle
	 * between two requests for three times as long
	 */
	public ConnectionGuard(NettyClientSockets sockets, Duration timeout) {
		this.sockets = sockets;
		this.deadlines = new Deadlines(timeout);
	}

	private static HttpServer acceptManyAtATime(HttpServer server) {
		// With HTTP/3, the server's channel reads packets instead of connections.
		return List.of(server.configuration().protocols()).contains(HttpProtocol.HTTP3) ? server
				: server.option(ChannelOption.RECVBUF_ALLOCATOR,
						new ServerChannelRecvByteBufAllocator().respectMaybeMoreData(false)
							.maxMessagesPerRead(ACCEPTED_AT_A_TIME));
	}

	/**
	 * Guards the connections of a server.
	 * @param server the server
	 * @return the server with the guard
	 */
	public HttpServer guard(HttpServer server) {
		boolean observed = server.configuration().childObserver() != ConnectionObserver.emptyListener();
		return acceptManyAtATime(server).doOnChannelInit((observer, channel, address) -> {
			ChannelPipeline pipeline = channel.pipeline();
			// The codec of HTTP/2 has the same name.
			if (pipeline.get(NettyPipeline.HttpCodec) instanceof HttpServerCodec) {
				UnreadBytes unread = new UnreadBytes();
				pipeline.addBefore(NettyPipeline.HttpCodec, PlainPipeline.UNREAD, unread);
				pipeline.addAfter(NettyPipeline.HttpCodec, PlainPipeline.GUARD,
						new GuardHandler(this.deadlines, this.sockets, unread, !observed));
			}
		});
	}

}
