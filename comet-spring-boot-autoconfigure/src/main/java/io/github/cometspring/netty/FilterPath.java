package io.github.cometspring.netty;

import java.net.URI;
import java.util.function.Supplier;

import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import org.jspecify.annotations.Nullable;

import org.springframework.core.io.buffer.NettyDataBufferFactory;
import org.springframework.http.server.reactive.HttpHandler;

/**
 * The filter path: polls pass all filters of the application, in a request and a response
 * without the work of Reactor Netty for each request.
 */
final class FilterPath implements PollPath {

	private static final int DEFAULT_PORT = 80;

	private final Supplier<@Nullable HttpHandler> application;

	private final NettyClientSockets sockets;

	private final NettyDataBufferFactory buffers = new NettyDataBufferFactory(ByteBufAllocator.DEFAULT);

	/**
	 * The address of the last request. Most requests have the same.
	 */
	private volatile @Nullable Target last;

	FilterPath(Supplier<@Nullable HttpHandler> application, NettyClientSockets sockets) {
		this.application = application;
		this.sockets = sockets;
	}

	@Override
	public @Nullable HeldPoll admit(ArrivingPoll arriving, FastPathHandler handler, ChannelHandlerContext context) {
		HttpHandler application = this.application.get();
		if (application == null) {
			return null;
		}
		HttpRequest head = arriving.head();
		NettyServerHttpRequest request = new NettyServerHttpRequest(context.channel(), head, uri(head),
				arriving.body());
		NettyServerHttpResponse response = new NettyServerHttpResponse(context, this.sockets.loop(context.channel()),
				this.buffers);
		return new NettyExchange(application, request, response, handler, this.sockets);
	}

	/**
	 * The address of a plain request: a literal path, on a host that has been checked.
	 */
	private URI uri(HttpRequest head) {
		String host = head.headers().get(HttpHeaderNames.HOST);
		Target target = this.last;
		if (target == null || !target.host.equals(host) || !target.path.equals(head.uri())) {
			target = new Target(host, head.uri(), URI.create("http://" + withoutDefaultPort(host) + head.uri()));
			this.last = target;
		}
		return target.uri;
	}

	private static String withoutDefaultPort(String host) {
		int colon = host.indexOf(':');
		if (colon < 0) {
			return host;
		}
		int port = Integer.parseInt(host.substring(colon + 1));
		return (port == DEFAULT_PORT) ? host.substring(0, colon) : host.substring(0, colon + 1) + port;
	}

	@Override
	public boolean bypassesWebFlux() {
		return false;
	}

	private record Target(String host, String path, URI uri) {

	}

}
