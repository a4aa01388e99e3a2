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
 * Answers long polls in the server's own pipeline, which saves most of what a delivery
 * costs: before WebFlux has seen them, or, where the application wants to see them,
 * through WebFlux but past the server. It serves the plain case only: whatever is unusual
 * about a request, and whatever would be refused, goes the ordinary way from its first
 * byte on, and so does everything on a connection on which somebody else has a handler.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class FastPath {

	private final PlainRequests requests;

	private final PollPath around;

	private final PollPath through;

	private final NettyClientSockets sockets;

	private final BooleanSupplier eligible;

	private final Supplier<@Nullable HttpHandler> application;

	private volatile boolean open;

	private volatile boolean plainCookies;

	/**
	 * Creates the fast path.
	 * @param path the path of the endpoint on the server, literal
	 * @param dialects the polling dialects that are switched on
	 * @param subscriptions what it opens
	 * @param sockets the sockets of clients
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param eligible whether there is nobody in the application who would miss the polls
	 * @param application what answers all requests of the application; {@code null} if
	 * it, too, has to get them from the server
	 */
	public FastPath(String path, List<PollDialect> dialects, Subscriptions subscriptions, NettyClientSockets sockets,
			int maxRequestSize, BooleanSupplier eligible, Supplier<@Nullable HttpHandler> application) {
		List<PollTerms> polls = dialects.stream()
			.map((dialect) -> new PollTerms(subscriptions, dialect, sockets.writeDeadlines()))
			.toList();
		this.requests = new PlainRequests(path, polls, maxRequestSize);
		this.around = new FastPoll.Path(sockets);
		this.through = new FilterPath(application, sockets);
		this.sockets = sockets;
		this.eligible = eligible;
		this.application = application;
	}

	/**
	 * Opens the fast path on a server, unless it is set up to do something about each
	 * request or answer.
	 * @param server the server
	 * @return the server with the fast path
	 */
	public HttpServer openOn(HttpServer server) {
		boolean observed = server.configuration().childObserver() != ConnectionObserver.emptyListener();
		// Others may go on setting it up.
		return server.doOnBind((config) -> {
			boolean compressing = config.minCompressionSize() >= 0 || config.compressPredicate() != null;
			this.sockets.setCompressing(compressing);
			this.requests.setForwarded(config.isForwarded());
			this.open = !observed && !compressing && isPlain(config);
			this.plainCookies = hasPlainCookies(config);
		}).doOnChannelInit((observer, channel, address) -> {
			ChannelPipeline pipeline = channel.pipeline();
			PollPath way = (this.open && pipeline.get(NettyPipeline.HttpCodec) != null) ? way(pipeline) : null;
			if (way != null) {
				// What is piled up is counted before anything is kept here.
				String before = (pipeline.get(PlainPipeline.GUARD) != null) ? PlainPipeline.GUARD
						: NettyPipeline.HttpCodec;
				pipeline.addAfter(before, PlainPipeline.FAST_PATH,
						new FastPathHandler(this.requests, way, this.sockets));
			}
		});
	}

	private @Nullable PollPath way(ChannelPipeline pipeline) {
		if (this.eligible.getAsBoolean()) {
			return this.around;
		}
		// Who has shown a certificate, and what proxies have told of, the server knows
		// best.
		boolean known = !this.requests.areForwarded() && pipeline.get(NettyPipeline.SslHandler) == null
				&& pipeline.get(NettyPipeline.ProxyProtocolDecoder) == null;
		return (known && this.plainCookies && this.application.get() != null) ? this.through : null;
	}

	/**
	 * Whether nothing is set up that shows in the pipeline only when a request goes
	 * through it.
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
