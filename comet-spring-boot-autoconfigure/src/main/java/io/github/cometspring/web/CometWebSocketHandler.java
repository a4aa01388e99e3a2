package io.github.cometspring.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.protocol.JsonDialect;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.EventLoop;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;
import reactor.util.context.ContextView;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * WebSocket (protocol, section 5): decides on the handshake and hands the socket to a
 * {@link CometSocket}.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class CometWebSocketHandler implements WebHandler {

	/**
	 * The subprotocol.
	 */
	public static final String SUBPROTOCOL = "comet.v1";

	private static final Dialect DIALECT = new Dialect(Transport.WEBSOCKET, JsonDialect::encodedLength);

	private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";

	private static final String VERSION_HEADER = "Sec-WebSocket-Version";

	private static final String VERSION = "13";

	private final Subscriptions subscriptions;

	private final EventLoops eventLoops;

	private final WebSocketService webSockets;

	private final int maxChannels;

	private final Duration writeTimeout;

	private final Deadlines writeDeadlines;

	/**
	 * Creates a handler.
	 * @param subscriptions what it opens
	 * @param eventLoops where clients are served
	 * @param webSockets carries out the handshake, with the size of the largest frame
	 * @param maxChannels how many channels one socket may listen to
	 * @param writeTimeout how long a client may take to receive what it is sent
	 */
	public CometWebSocketHandler(Subscriptions subscriptions, EventLoops eventLoops, WebSocketService webSockets,
			int maxChannels, Duration writeTimeout) {
		this.subscriptions = subscriptions;
		this.eventLoops = eventLoops;
		this.webSockets = webSockets;
		this.maxChannels = maxChannels;
		this.writeTimeout = writeTimeout;
		this.writeDeadlines = new Deadlines(writeTimeout);
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		if (!VERSION.equals(headers.getFirst(VERSION_HEADER))) {
			exchange.getResponse().getHeaders().set(VERSION_HEADER, VERSION);
			return Problem.answer(exchange.getResponse(), HttpStatus.UPGRADE_REQUIRED,
					"Use version " + VERSION + " of the WebSocket protocol", null);
		}
		String offered = headers.getFirst(PROTOCOL_HEADER);
		if (offered != null && !namesOurProtocol(offered)) {
			return Problem.answer(exchange.getResponse(), HttpStatus.BAD_REQUEST, "Use the subprotocol " + SUBPROTOCOL,
					null);
		}
		return Mono
			.deferContextual(
					(context) -> open((offered != null) ? offeringOurs(exchange) : exchange, asker(exchange, context)))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> Problem.answer(exchange.getResponse(), ex));
	}

	private static boolean namesOurProtocol(String offered) {
		return Arrays.stream(offered.split(",")).anyMatch((protocol) -> protocol.strip().equals(SUBPROTOCOL));
	}

	/**
	 * The same exchange with a list that can be matched literally.
	 */
	private static ServerWebExchange offeringOurs(ServerWebExchange exchange) {
		return exchange.mutate()
			.request((request) -> request.headers((headers) -> headers.set(PROTOCOL_HEADER, SUBPROTOCOL)))
			.build();
	}

	private Asker asker(ServerWebExchange exchange, ContextView context) {
		return this.subscriptions.areAuthorized() ? new Asker(exchange.getPrincipal(), Context.of(context))
				: Asker.UNKNOWN;
	}

	private Mono<Void> open(ServerWebExchange exchange, Asker asker) {
		EventLoop loop = this.eventLoops.of(exchange.getRequest());
		Connection connection = this.subscriptions.connect(DIALECT, loop);
		Socket socket = new Socket(exchange, asker, connection, loop);
		// A filter may hold the answer back.
		Runnable cutter = this.eventLoops.cutter(exchange.getRequest());
		Disposable late = this.writeDeadlines.on(loop)
			.subscribe(null, null, () -> socket.giveUp(cutter), Context.empty());
		Mono<Void> handshake = Mono.defer(() -> this.webSockets.handleRequest(exchange, socket));
		// A filter may have left the loop, and the server loses what the client sends
		// between its handshake elsewhere and the change of its state.
		return (loop.inLoop() ? handshake : handshake.subscribeOn(Schedulers.fromExecutor(loop)))
			// Completes with the handshake: from there on, the socket holds the place.
			.doFinally((signal) -> {
				late.dispose();
				socket.shakenHands();
			});
	}

	/**
	 * What becomes of the connection after the handshake.
	 */
	private final class Socket implements WebSocketHandler {

		private final Asker asker;

		private final Connection connection;

		private final EventLoop loop;

		/**
		 * The request, until the hands are shaken: very many sockets may be open, and
		 * none needs its request any more.
		 */
		private volatile @Nullable ServerWebExchange exchange;

		private Socket(ServerWebExchange exchange, Asker asker, Connection connection, EventLoop loop) {
			this.exchange = exchange;
			this.asker = asker;
			this.connection = connection;
			this.loop = loop;
		}

		private void giveUp(Runnable cutter) {
			if (this.exchange != null) {
				cutter.run();
			}
		}

		private void shakenHands() {
			if (this.exchange != null) {
				this.connection.close();
			}
		}

		@Override
		public List<String> getSubProtocols() {
			return List.of(SUBPROTOCOL);
		}

		@Override
		public Mono<Void> handle(WebSocketSession session) {
			ServerWebExchange exchange = Objects.requireNonNull(this.exchange);
			this.exchange = null;
			CometWebSocketHandler handler = CometWebSocketHandler.this;
			ServerHttpRequest request = exchange.getRequest();
			handler.eventLoops.upgraded(request);
			handler.eventLoops.streaming(request, handler.writeTimeout.plus(this.connection.heartbeat()));
			Mono<Void> deadline = handler.writeDeadlines.on(this.loop);
			SocketWriter socket = handler.eventLoops.socket(request, exchange.getResponse(), handler.writeTimeout);
			FrameWriter frames = (socket != null) ? new SocketFrameWriter(socket) : new SessionFrameWriter(session,
					deadline, (listener) -> handler.eventLoops.watch(request, handler.writeTimeout, listener));
			CometSocket served = new CometSocket(session, frames, this.connection, this.asker, handler.maxChannels,
					deadline, handler.eventLoops.cutter(request));
			return Mono.defer(served::run).doFinally((signal) -> this.connection.close());
		}

	}

}
