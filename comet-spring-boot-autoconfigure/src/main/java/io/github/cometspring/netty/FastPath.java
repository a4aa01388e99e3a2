package io.github.cometspring.netty;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollTerms;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import io.netty.handler.codec.http.cookie.ServerCookieEncoder;
import org.jspecify.annotations.Nullable;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;

import org.springframework.http.server.reactive.HttpHandler;

/**
 * Answers long polls in the server's own pipeline, which saves most of the cost of a
 * delivery: on the bypass, where WebFlux does not see them, or on the filter path, where
 * the application has filters or security. It serves plain requests only. A request that
 * is unusual, or that would be refused, takes the default path from its first byte on. So
 * do all requests of a connection whose pipeline has a handler of the application.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class FastPath {

	private final PlainRequests requests;

	private final PollPath bypass;

	private final PollPath filterPath;

	private final NettyClientSockets sockets;

	private final BooleanSupplier eligible;

	private final Supplier<@Nullable HttpHandler> application;

	private volatile boolean open;

	private volatile boolean plainCookies;

	/**
	 * Creates the fast path.
	 * @param path the path of the endpoint on the server, literal
	 * @param dialects the polling dialects that are switched on
	 * @param subscriptions the subscriptions that polls open
	 * @param sockets the sockets of clients
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param eligible whether nothing in the application needs to see the polls
	 * @param application the handler of all requests of the application; {@code null} if
	 * it has to get them from the server
	 */
	public FastPath(String path, List<PollDialect> dialects, Subscriptions subscriptions, NettyClientSockets sockets,
			int maxRequestSize, BooleanSupplier eligible, Supplier<@Nullable HttpHandler> application) {
		List<PollTerms> polls = dialects.stream()
			.map((dialect) -> new PollTerms(subscriptions, dialect, sockets.writeDeadlines()))
			.toList();
		this.requests = new PlainRequests(path, polls, maxRequestSize);
		this.bypass = new FastPoll.Path(sockets);
		this.filterPath = new FilterPath(application, sockets);
		this.sockets = sockets;
		this.eligible = eligible;
		this.application = application;
	}

	/**
	 * Opens the fast path on a server, unless the server is configured to process each
	 * request or answer.
	 * @param server the server
	 * @return the server with the fast path
	 */
	public HttpServer openOn(HttpServer server) {
		boolean observed = server.configuration().childObserver() != ConnectionObserver.emptyListener();
		// The application may configure the server further.
		return server.doOnBind((config) -> {
			boolean compressing = config.minCompressionSize() >= 0 || config.compressPredicate() != null;
			this.sockets.setCompressing(compressing);
			this.requests.setForwarded(config.isForwarded());
			this.open = !observed && !compressing && isPlain(config);
			this.plainCookies = hasPlainCookies(config);
		}).doOnChannelInit((observer, channel, address) -> {
			ChannelPipeline pipeline = channel.pipeline();
			PollPath path = (this.open && pipeline.get(NettyPipeline.HttpCodec) != null) ? path(pipeline) : null;
			if (path != null) {
				// The guard counts requests before any are kept here.
				String before = (pipeline.get(PlainPipeline.GUARD) != null) ? PlainPipeline.GUARD
						: NettyPipeline.HttpCodec;
				pipeline.addAfter(before, PlainPipeline.FAST_PATH,
						new FastPathHandler(this.requests, path, this.sockets));
			}
		});
	}

	private @Nullable PollPath path(ChannelPipeline pipeline) {
		if (this.eligible.getAsBoolean()) {
			return this.bypass;
		}
		// The request of the filter path has no certificate of the client and no
		// addresses from proxies.
		boolean known = !this.requests.areForwarded() && pipeline.get(NettyPipeline.SslHandler) == null
				&& pipeline.get(NettyPipeline.ProxyProtocolDecoder) == null;
		return (known && this.plainCookies && this.application.get() != null) ? this.filterPath : null;
	}

	/**
	 * Whether no option is set whose handler is added to the pipeline only when a request
	 * comes.
	 */
	private static boolean isPlain(HttpServerConfig config) {
		return config.maxKeepAliveRequests() <= 0 && config.readTimeout() == null && config.requestTimeout() == null
				&& config.idleTimeout() == null && config.doOnConnection() == null;
	}

	@SuppressWarnings("deprecation") // only to be set
	private static boolean hasPlainCookies(HttpServerConfig config) {
		return config.cookieDecoder() == ServerCookieDecoder.STRICT
				&& config.cookieEncoder() == ServerCookieEncoder.STRICT;
	}

}
