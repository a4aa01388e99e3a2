package io.github.cometspring.netty;

import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.WriteListener;
import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
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

	/**
	 * More digits are no length of a plain request.
	 */
	private static final int MOST_DIGITS = 9;

	private final String path;

	private final List<PollTerms> polls;

	private final PollWay around;

	private final PollWay through;

	private final NettyClientSockets sockets;

	private final int maxRequestSize;

	private final BooleanSupplier eligible;

	private final Supplier<@Nullable HttpHandler> application;

	private volatile boolean open;

	private volatile boolean forwarded;

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
	public FastPath(String path, List<PollDialect> dialects, Subscriptions subscriptions,
			NettyClientSockets sockets, int maxRequestSize, BooleanSupplier eligible,
			Supplier<@Nullable HttpHandler> application) {
		this.path = path;
		this.polls = dialects.stream()
			.map((dialect) -> new PollTerms(subscriptions, dialect, sockets.writeDeadlines()))
			.toList();
		this.around = new FastPoll.Way(sockets);
		this.through = new ThroughWebFlux(application, sockets);
		this.sockets = sockets;
		this.maxRequestSize = maxRequestSize;
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
			this.forwarded = config.isForwarded();
			this.open = !observed && !compressing && isPlain(config);
			this.plainCookies = hasPlainCookies(config);
		}).doOnChannelInit((observer, channel, address) -> {
			ChannelPipeline pipeline = channel.pipeline();
			PollWay way = (this.open && pipeline.get(NettyPipeline.HttpCodec) != null) ? way(pipeline) : null;
			if (way != null) {
				// What is piled up is counted before anything is kept here.
				String before = (pipeline.get(PlainPipeline.GUARD) != null) ? PlainPipeline.GUARD
						: NettyPipeline.HttpCodec;
				pipeline.addAfter(before, PlainPipeline.FAST_PATH, new FastPathHandler(this, way));
			}
		});
	}

	private @Nullable PollWay way(ChannelPipeline pipeline) {
		if (this.eligible.getAsBoolean()) {
			return this.around;
		}
		// Who has shown a certificate, and what proxies have told of, the server knows
		// best.
		boolean known = !this.forwarded && pipeline.get(NettyPipeline.SslHandler) == null
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

	/**
	 * On which terms a request could be served, so far as its head tells.
	 * @param request the head of the request
	 * @return the terms of its dialect, or {@code null} if it has to go the ordinary way
	 */
	@Nullable PollTerms terms(HttpRequest request) {
		HttpHeaders headers = request.headers();
		if (!HttpMethod.POST.equals(request.method()) || !this.path.equals(request.uri())
				|| !request.decoderResult().isSuccess() || !isPersistent(request) || !hasPlainBody(headers)
				|| !isPlain(headers)) {
			return null;
		}
		List<String> contentTypes = headers.getAll(HttpHeaderNames.CONTENT_TYPE);
		if (contentTypes.size() != 1) {
			return null;
		}
		for (PollTerms terms : this.polls) {
			if (terms.dialect().speaks(contentTypes.get(0))) {
				return terms;
			}
		}
		return null;
	}

	private boolean isPlain(HttpHeaders headers) {
		return !headers.contains(HttpHeaderNames.EXPECT) && !headers.contains(HttpHeaderNames.UPGRADE)
				&& !headers.contains(HttpHeaderNames.CONTENT_ENCODING) && PlainHeaders.haveHost(headers)
				&& (!this.forwarded || PlainHeaders.haveForwarding(headers));
	}

	/**
	 * Whether the connection stays open when a request has been answered.
	 * @param request the head of the request
	 * @return {@code true} for HTTP/1.1, unless the client wants it closed
	 */
	static boolean isPersistent(HttpRequest request) {
		return HttpVersion.HTTP_1_1.equals(request.protocolVersion()) && HttpUtil.isKeepAlive(request);
	}

	private boolean hasPlainBody(HttpHeaders headers) {
		String length = headers.get(HttpHeaderNames.CONTENT_LENGTH);
		return length != null && PlainHeaders.isNumber(length, 0, MOST_DIGITS)
				&& Integer.parseInt(length) <= this.maxRequestSize
				&& !headers.contains(HttpHeaderNames.TRANSFER_ENCODING);
	}

	/**
	 * Tells when a client has taken all that was written to it, or cuts it off.
	 */
	void watch(Channel channel, WriteListener listener) {
		this.sockets.watch(channel, listener);
	}

}
