package io.github.cometspring.web;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.ClientAddress;
import io.github.cometspring.subscription.ConnectedClient;
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
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebHandler;

/**
 * WebSocket (protocol, section 5): accepts or refuses the handshake, and starts a
 * {@link WebSocketConversation}.
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

	/**
	 * The headers of the answer to a handshake, besides those of WebSocket.
	 */
	public static final List<Map.Entry<String, String>> HEADERS = ResponseHeaders.COMMON;

	private static final Dialect DIALECT = new Dialect(Transport.WEBSOCKET, JsonCodec::encodedLength);

	private static final String PROTOCOL_HEADER = "Sec-WebSocket-Protocol";

	private static final String VERSION_HEADER = "Sec-WebSocket-Version";

	private static final String VERSION = "13";

	private final Subscriptions subscriptions;

	private final ClientSockets sockets;

	private final WebSocketService webSockets;

	private final int maxChannels;

	/**
	 * Creates a handler.
	 * @param subscriptions opens subscriptions
	 * @param sockets the sockets of clients
	 * @param webSockets performs the handshake, and limits the size of frames
	 * @param maxChannels how many channels one client may listen to
	 */
	public CometWebSocketHandler(Subscriptions subscriptions, ClientSockets sockets, WebSocketService webSockets,
			int maxChannels) {
		this.subscriptions = subscriptions;
		this.sockets = sockets;
		this.webSockets = webSockets;
		this.maxChannels = maxChannels;
	}

	@Override
	public Mono<Void> handle(ServerWebExchange exchange) {
		HttpHeaders headers = exchange.getRequest().getHeaders();
		if (!VERSION.equals(headers.getFirst(VERSION_HEADER))) {
			exchange.getResponse().getHeaders().set(VERSION_HEADER, VERSION);
			return Problem.answer(exchange.getResponse(), HttpStatus.UPGRADE_REQUIRED,
					"Use version " + VERSION + " of the WebSocket protocol", null);
		}
		String offered = offered(headers);
		if (offered != null && !namesSubprotocol(offered)) {
			return Problem.answer(exchange.getResponse(), HttpStatus.BAD_REQUEST, "Use the subprotocol " + SUBPROTOCOL,
					null);
		}
		return Mono
			.deferContextual((context) -> open((offered != null) ? offeringSubprotocol(exchange) : exchange, context))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> Problem.answer(exchange.getResponse(), ex));
	}

	/**
	 * The subprotocols, which may stand in several lines of the header (RFC 6455, section
	 * 11.3.4).
	 */
	private static @Nullable String offered(HttpHeaders headers) {
		List<String> lines = headers.get(PROTOCOL_HEADER);
		return (lines != null) ? String.join(",", lines) : null;
	}

	/**
	 * Admits the client of a handshake that offers our subprotocol or none, and that the
	 * default path would not refuse otherwise. If it is refused here, the default path
	 * refuses it.
	 * @param socket the socket of the client
	 * @param address provides the address of the client
	 * @return the client, to be closed, or {@code null} if it is refused
	 */
	public @Nullable ConnectedClient tryConnect(ClientSocket socket, ClientAddress address) {
		ConnectedClient connection = this.subscriptions.tryConnect(DIALECT, socket.loop(), address);
		if (connection != null) {
			connection.confirm();
		}
		return connection;
	}

	/**
	 * Serves a WebSocket whose handshake is answered and whose socket is direct, where
	 * nobody decides who may read.
	 * @param session the WebSocket
	 * @param connection the client, which is closed in the end
	 * @param socket the socket of the client
	 * @return completes when the WebSocket is closed
	 */
	public Mono<Void> serve(WebSocketSession session, ConnectedClient connection, ClientSocket socket) {
		return serve(session, connection, socket, new DirectFrameWriter(socket), Requester.UNKNOWN);
	}

	private Mono<Void> serve(WebSocketSession session, ConnectedClient connection, ClientSocket socket,
			FrameWriter frames, Requester requester) {
		return Mono.defer(() -> {
			socket.upgraded();
			socket.streaming(connection.heartbeat());
			return new WebSocketConversation(session, frames, connection, requester, this.maxChannels).run();
		}).doFinally((signal) -> connection.close());
	}

	/**
	 * Whether a handshake comes from a page of the same origin, or from no page.
	 * @param origins the values of its header {@code Origin}
	 * @param host the host of the server, as the client names it
	 * @return {@code false} also if it has several origins, or one that is malformed
	 */
	public static boolean isOwnPage(List<String> origins, @Nullable String host) {
		return !PageOrigin.isForeign(origins, host);
	}

	private static boolean namesSubprotocol(String offered) {
		return Arrays.stream(offered.split(",")).anyMatch((protocol) -> protocol.strip().equals(SUBPROTOCOL));
	}

	/**
	 * The same exchange, offering only our subprotocol: Spring compares it literally.
	 */
	private static ServerWebExchange offeringSubprotocol(ServerWebExchange exchange) {
		return exchange.mutate()
			.request((request) -> request.headers((headers) -> headers.set(PROTOCOL_HEADER, SUBPROTOCOL)))
			.build();
	}

	/**
	 * Who asks for channels. Where nobody looks at the request, not even its exchange is
	 * kept.
	 */
	private Mono<Requester> requester(ServerWebExchange exchange, ContextView context) {
		if (!this.subscriptions.areAuthorized()) {
			return Mono.just(Requester.UNKNOWN);
		}
		if (this.subscriptions.areRequestsRead()) {
			return Mono.just(new Requester(Callers.of(exchange, this.subscriptions), Context.of(context)));
		}
		return exchange.getPrincipal()
			.map((principal) -> Caller.of(Mono.just(principal)))
			.defaultIfEmpty(Caller.of(Mono.empty()))
			.map((caller) -> new Requester(caller, Context.empty()));
	}

	private Mono<Void> open(ServerWebExchange exchange, ContextView context) {
		ClientSocket socket = this.sockets.of(exchange.getRequest());
		EventLoop loop = socket.loop();
		ConnectedClient connection = this.subscriptions.connect(DIALECT, loop, exchange.getRequest()::getRemoteAddress);
		Opening opening = new Opening(exchange, connection, socket);
		// A filter may hold the answer back.
		Disposable late = socket.whenLate(opening::giveUp);
		Mono<Void> handshake = Mono.defer(() -> this.webSockets.handleRequest(exchange, opening));
		// A filter may have left the loop. A handshake outside of it would lose frames
		// that the client sends before the server has changed its pipeline.
		Mono<Void> onLoop = Mono
			.defer(() -> loop.inLoop() ? handshake : handshake.subscribeOn(Schedulers.fromExecutor(loop)));
		return connection.identify(exchange.getPrincipal())
			.then(requester(exchange, context))
			.doOnNext(opening::setRequester)
			.then(onLoop)
			// Completes with the handshake. From then on the socket holds the slot.
			.doFinally((signal) -> {
				late.dispose();
				opening.handshakeCompleted();
			});
	}

	/**
	 * One handshake, and the start of the conversation after it.
	 */
	private final class Opening implements WebSocketHandler {

		private final ConnectedClient connection;

		private final ClientSocket socket;

		/**
		 * The exchange, until the handshake is complete. It is dropped then because many
		 * sockets may be open, and none needs its request any more.
		 */
		private volatile @Nullable ServerWebExchange exchange;

		private volatile Requester requester = Requester.UNKNOWN;

		private Opening(ServerWebExchange exchange, ConnectedClient connection, ClientSocket socket) {
			this.exchange = exchange;
			this.connection = connection;
			this.socket = socket;
		}

		private void setRequester(Requester requester) {
			this.requester = requester;
		}

		private void giveUp() {
			if (this.exchange != null) {
				this.socket.cut();
			}
		}

		private void handshakeCompleted() {
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
			FrameWriter frames = this.socket.isDirect(exchange.getResponse()) ? new DirectFrameWriter(this.socket)
					: new SessionFrameWriter(session, this.socket);
			return serve(session, this.connection, this.socket, frames, this.requester);
		}

	}

}
