package io.github.cometspring.benchmarks.server;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpRequestDecoder;

/**
 * A server written with Netty alone: one event loop and nearly nothing else. Waiting
 * clients are in a list and receive bytes that were encoded once.
 */
final class NettyServer {

	private static final int LARGEST_REQUEST = 65_536;

	private NettyServer() {
	}

	public static void main(String[] args) throws InterruptedException {
		ParentWatch.start();
		boolean epoll = Epoll.isAvailable();
		IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
		Class<? extends ServerChannel> type = epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
		EventLoopGroup loop = new MultiThreadIoEventLoopGroup(1, io);
		NettyTopics topics = new NettyTopics();
		new ServerBootstrap().group(loop)
			.channel(type)
			.option(ChannelOption.SO_BACKLOG, 4096)
			.childOption(ChannelOption.TCP_NODELAY, true)
			.childHandler(new ChannelInitializer<Channel>() {
				@Override
				protected void initChannel(Channel channel) {
					channel.pipeline()
						.addLast("decoder", new HttpRequestDecoder())
						.addLast("aggregator", new HttpObjectAggregator(LARGEST_REQUEST))
						.addLast("handler", new NettyHandler(topics));
				}
			})
			.bind("127.0.0.1", Integer.parseInt(args[0]))
			.sync()
			.channel()
			.closeFuture()
			.sync();
	}

}
