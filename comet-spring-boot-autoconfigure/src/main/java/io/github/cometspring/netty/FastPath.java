package io.github.cometspring.netty;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.PollDialect;
import io.github.cometspring.web.PollTerms;
import io.github.cometspring.web.PublishPolicy;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.websocketx.WebSocketDecoderConfig;
import org.jspecify.annotations.Nullable;
import reactor.netty.ConnectionObserver;
import reactor.netty.NettyPipeline;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerConfig;
import reactor.netty.http.server.ProxyProtocolSupportType;

/**
 * Answers long polls in the server's own pipeline, where WebFlux does not see them, which
 * saves most of the cost of a delivery. Opens event streams and WebSockets there, too,
 * which saves most of the cost of a crowd that comes back. It serves plain requests only.
 * A request that is unusual, or that would be refused, takes the default path from its
 * first byte on. So do all requests of a connection whose pipeline has a handler of the
 * application, and all requests where the application has filters or security. Clients on
 * the default path that wait for messages let go of their exchange, if no filter does
 * anything after that. Their next polls with the same head pass no filters, as long as
 * their log-in is kept.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class FastPath {

	private final PlainRequests requests;

	/**
	 * No requests, where the application has to see them.
	 */
	private final PlainRequests none;

	/**
	 * Polls, which need not pass the filters of the application each time.
	 */
	private final PlainRequests repeatable;

	private final PollPath polls;

	private final NettyClientSockets sockets;

	private final BooleanSupplier eligible;

	private final BooleanSupplier detachable;

	private final boolean addressesLimited;

	/**
	 * Whether it matters what the headers of polls are.
	 */
	private final boolean requestsRead;

	private boolean forwarded;

	private boolean loginsKept;

	private volatile boolean open;

	/**
	 * Creates the fast path.
	 * @param path the path of the endpoint on the server, literal
	 * @param dialects the polling dialects that are switched on
	 * @param subscriptions the subscriptions that polls open
	 * @param sockets the sockets of clients
	 * @param maxRequestSize the size of the largest request body, in bytes
	 * @param events whether event streams are switched on
	 * @param webSockets serves WebSockets, or {@code null} if handshakes are left to the
	 * default path
	 * @param eligible whether nothing in the application needs to see the requests
	 * @param detachable whether nothing in the application needs an exchange any more
	 * when its client has begun to wait
	 */
	public FastPath(String path, List<PollDialect> dialects, Subscriptions subscriptions, NettyClientSockets sockets,
			int maxRequestSize, boolean events, @Nullable CometWebSocketHandler webSockets, BooleanSupplier eligible,
			BooleanSupplier detachable) {
		List<PollTerms> polls = dialects.stream()
			.map((dialect) -> new PollTerms(subscriptions, dialect, sockets.writeDeadlines()))
			.toList();
		Set<Transport> streams = EnumSet.noneOf(Transport.class);
		if (events) {
			streams.add(Transport.SSE);
		}
		if (webSockets != null) {
			streams.add(Transport.WEBSOCKET);
		}
		this.requests = new PlainRequests(path, polls, maxRequestSize, streams);
		this.none = new PlainRequests(path, List.of(), maxRequestSize, Set.of());
		this.repeatable = new PlainRequests(path, polls, maxRequestSize, Set.of());
		this.polls = new FastRequests(sockets, subscriptions, webSockets,
				WebSocketDecoderConfig.newBuilder().maxFramePayloadLength(maxRequestSize).build());
		this.sockets = sockets;
		this.eligible = eligible;
		this.detachable = detachable;
		this.addressesLimited = subscriptions.limitAddresses();
		this.requestsRead = subscriptions.areRequestsRead();
	}

	/**
	 * Serves publications over HTTP, too.
	 * @param path the path of the endpoint on the server, literal
	 * @param policy the policy of publications
	 * @param maxRequestSize the size of the largest request body, in bytes
	 */
	public void servePublications(String path, PublishPolicy policy, int maxRequestSize) {
		this.requests.setPublications(new PlainPublications(path, policy, maxRequestSize, this.sockets));
	}

	/**
	 * Records that the application believes the forwarding headers of proxies, if the
	 * server does not. To be called before the server is bound.
	 */
	public void believeForwarding() {
		this.forwarded = true;
	}

	/**
	 * Records that log-ins are kept, so that polls may repeat others. To be called before
	 * the server is bound.
	 */
	public void keepLogins() {
		this.loginsKept = true;
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
			this.requests.setForwarded(this.forwarded || config.isForwarded());
			this.repeatable.setForwarded(this.forwarded || config.isForwarded());
			this.open = !observed && !compressing && isPlain(config)
					&& (!this.addressesLimited || isPeerClient(config));
		}).doOnChannelInit((observer, channel, address) -> {
			ChannelPipeline pipeline = channel.pipeline();
			FastPathHandler handler = (this.open && pipeline.get(NettyPipeline.HttpCodec) != null) ? newHandler()
					: null;
			if (handler != null) {
				// The guard counts requests before any are kept here.
				String before = (pipeline.get(PlainPipeline.GUARD) != null) ? PlainPipeline.GUARD
						: NettyPipeline.HttpCodec;
				pipeline.addAfter(before, PlainPipeline.FAST_PATH, handler);
			}
		});
	}

	/**
	 * The handler of a connection.
	 * @return {@code null} if the application has to see all requests to their end
	 */
	private @Nullable FastPathHandler newHandler() {
		if (this.eligible.getAsBoolean()) {
			return new FastPathHandler(this.requests, this.polls, this.sockets);
		}
		return this.detachable.getAsBoolean() ? new FastPathHandler(this.none,
				isRepeatable() ? new RepeatedPolls(this.repeatable) : null, this.polls, this.sockets) : null;
	}

	/**
	 * Whether log-ins are kept, and a poll that passes no filters looks the same to
	 * limits and authorizers. Where the application believes forwarding headers, it takes
	 * the address from them and removes them.
	 */
	private boolean isRepeatable() {
		return this.loginsKept && (!this.forwarded || !(this.addressesLimited || this.requestsRead));
	}

	/**
	 * Whether the server takes the fast path, as far as its own configuration allows it.
	 * @return {@code false} also before the server is bound
	 */
	public boolean isOpen() {
		return this.open;
	}

	/**
	 * Whether the peer of a connection is the client, as far as the server knows, and not
	 * a proxy that names the client.
	 */
	private static boolean isPeerClient(HttpServerConfig config) {
		return !config.isForwarded() && config.proxyProtocolSupportType() == ProxyProtocolSupportType.OFF;
	}

	/**
	 * Whether no option is set whose handler is added to the pipeline only when a request
	 * comes.
	 */
	private static boolean isPlain(HttpServerConfig config) {
		return config.maxKeepAliveRequests() <= 0 && config.readTimeout() == null && config.requestTimeout() == null
				&& config.idleTimeout() == null && config.doOnConnection() == null;
	}

}
