package io.github.cometspring.test;

import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import io.github.cometspring.autoconfigure.CometProperties;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.AllowedOrigins;
import io.github.cometspring.web.ClientSocket;
import io.github.cometspring.web.ClientSockets;
import io.github.cometspring.web.CometWebHandler;
import io.github.cometspring.web.CometWebSocketHandler;
import io.github.cometspring.web.SchedulerClientSockets;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.ApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.RequestUpgradeStrategy;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import org.springframework.web.server.adapter.WebHttpHandlerBuilder;

/**
 * WebSocket (protocol, section 5) in process. The handshake passes all filters of the
 * application; behind them, a handler of the same kind as on a port upgrades it to a
 * socket without a network.
 */
final class InProcessSocketWire implements Wire, WebFilter, RequestUpgradeStrategy, ClientSockets {

	private static final String KEY = Base64.getEncoder().encodeToString(new byte[16]);

	private final AtomicReference<@Nullable InProcessSocket> socket = new AtomicReference<>();

	private final WebClient webClient;

	private final String path;

	private final List<String> grants;

	private final ClientSockets sockets;

	/**
	 * The path at which the application serves WebSockets, or {@code null} if it does
	 * not.
	 */
	private final @Nullable String servedPath;

	private final @Nullable CometWebHandler handler;

	private volatile Scheduler loop = Schedulers.immediate();

	/**
	 * Creates a wire.
	 * @param context the application
	 * @param handlers the builder of its handlers
	 * @param path the path of the endpoint
	 * @param settings how the client connects
	 */
	InProcessSocketWire(ApplicationContext context, WebHttpHandlerBuilder handlers, String path,
			TesterSettings settings) {
		this.path = path;
		this.grants = settings.grants();
		@Nullable CometProperties properties = context.getBeanProvider(CometProperties.class).getIfAvailable();
		this.sockets = new SchedulerClientSockets(Schedulers.parallel(), 1,
				(properties != null) ? properties.writeTimeout() : settings.timeout());
		this.servedPath = (properties != null) ? properties.path() : null;
		this.handler = (properties != null && properties.transports().contains(Transport.WEBSOCKET))
				? handler(context.getBean(Subscriptions.class), properties) : null;
		this.webClient = WebClient.builder()
			.clientConnector(new InProcessConnector(handlers.filters((filters) -> filters.add(this)).build()))
			.baseUrl("http://localhost")
			.defaultRequest((request) -> request.headers(settings::copyTo))
			.build();
	}

	/**
	 * The endpoint of the application, which refuses pages of foreign origins, with
	 * WebSockets alone.
	 */
	private CometWebHandler handler(Subscriptions subscriptions, CometProperties properties) {
		CometWebSocketHandler webSocket = new CometWebSocketHandler(subscriptions, this,
				new HandshakeWebSocketService(this), properties.maxChannelsPerRequest());
		return new CometWebHandler(Map.of(Transport.WEBSOCKET, webSocket),
				new AllowedOrigins(properties.allowedOrigins(), properties.allowedCredentials()));
	}

	@Override
	public Mono<Void> run(Reception.Link link) {
		return this.webClient.get().uri(this.path).headers((headers) -> {
			headers.setUpgrade("websocket");
			headers.setConnection("Upgrade");
			headers.set("Sec-WebSocket-Version", "13");
			headers.set("Sec-WebSocket-Key", KEY);
			headers.set("Sec-WebSocket-Protocol", CometWebSocketHandler.SUBPROTOCOL);
		}).exchangeToMono((response) -> talk(response, link)).doFinally((signal) -> cut());
	}

	private Mono<Void> talk(ClientResponse response, Reception.Link link) {
		return (response.statusCode() == HttpStatus.SWITCHING_PROTOCOLS) ? response.releaseBody()
			.then(Mono.defer(
					() -> new SocketTalk(link, this.grants).handle(Objects.requireNonNull(this.socket.get()).client())))
				: Refusals.fail(response);
	}

	private void cut() {
		InProcessSocket socket = this.socket.getAndSet(null);
		if (socket != null) {
			socket.cut();
		}
	}

	@Override
	public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
		ServerHttpRequest request = exchange.getRequest();
		return (this.handler != null && request.getPath().pathWithinApplication().value().equals(this.servedPath)
				&& request.getHeaders().containsHeader(HttpHeaders.UPGRADE)) ? this.handler.handle(exchange)
						: chain.filter(exchange);
	}

	@Override
	public ClientSocket of(ServerHttpRequest request) {
		ClientSocket socket = this.sockets.of(request);
		this.loop = Schedulers.fromExecutor(socket.loop());
		return socket;
	}

	@Override
	public Deadlines writeDeadlines() {
		return this.sockets.writeDeadlines();
	}

	@Override
	public Mono<Void> upgrade(ServerWebExchange exchange, WebSocketHandler webSocketHandler,
			@Nullable String subProtocol, Supplier<HandshakeInfo> handshake) {
		InProcessSocket socket = new InProcessSocket(handshake.get(), Schedulers.parallel(), this.loop);
		this.socket.set(socket);
		exchange.getResponse().setStatusCode(HttpStatus.SWITCHING_PROTOCOLS);
		return exchange.getResponse().setComplete().then(Mono.fromRunnable(() -> serve(webSocketHandler, socket)));
	}

	private static void serve(WebSocketHandler handler, InProcessSocket socket) {
		Mono.defer(() -> handler.handle(socket.server())).subscribe(null, (ex) -> socket.cut(), socket::cut);
	}

}
