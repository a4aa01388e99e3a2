package io.github.cometspring.test;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.HandshakeInfo;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * A WebSocket without a network: what one of its ends sends, the other receives.
 * <p>
 * Thread-safe: its monitor guards the order of frames.
 */
final class InProcessSocket {

	private final Sinks.One<CloseStatus> status = Sinks.one();

	private final End client;

	private final End server;

	private volatile boolean open = true;

	/**
	 * Creates an open socket.
	 * @param handshake the handshake
	 * @param clientLoop runs what the client does with frames
	 * @param serverLoop runs what the server does with frames
	 */
	InProcessSocket(HandshakeInfo handshake, Scheduler clientLoop, Scheduler serverLoop) {
		this.client = new End(handshake, clientLoop);
		this.server = new End(handshake, serverLoop);
	}

	WebSocketSession client() {
		return this.client;
	}

	WebSocketSession server() {
		return this.server;
	}

	/**
	 * Ends both sides without a close frame.
	 */
	void cut() {
		end();
		this.status.tryEmitEmpty();
	}

	private synchronized void end() {
		this.open = false;
		this.client.incoming.tryEmitComplete();
		this.server.incoming.tryEmitComplete();
	}

	private synchronized void deliver(WebSocketMessage frame, End from) {
		End to = (from == this.client) ? this.server : this.client;
		if (frame.getType() == WebSocketMessage.Type.PING) {
			// Clients answer by themselves.
			from.incoming.tryEmitNext(new WebSocketMessage(WebSocketMessage.Type.PONG, frame.getPayload()));
		}
		else {
			to.incoming.tryEmitNext(frame);
		}
	}

	private final class End implements WebSocketSession {

		private final Sinks.Many<WebSocketMessage> incoming = Sinks.unsafe().many().unicast().onBackpressureBuffer();

		private final Map<String, Object> attributes = new ConcurrentHashMap<>();

		private final HandshakeInfo handshake;

		private final Scheduler loop;

		private End(HandshakeInfo handshake, Scheduler loop) {
			this.handshake = handshake;
			this.loop = loop;
		}

		@Override
		public String getId() {
			return Integer.toHexString(hashCode());
		}

		@Override
		public HandshakeInfo getHandshakeInfo() {
			return this.handshake;
		}

		@Override
		public DataBufferFactory bufferFactory() {
			return DefaultDataBufferFactory.sharedInstance;
		}

		@Override
		public Map<String, Object> getAttributes() {
			return this.attributes;
		}

		@Override
		public Flux<WebSocketMessage> receive() {
			return this.incoming.asFlux().publishOn(this.loop);
		}

		@Override
		public Mono<Void> send(Publisher<WebSocketMessage> messages) {
			return Flux.from(messages).doOnNext((frame) -> deliver(frame, this)).then();
		}

		@Override
		public boolean isOpen() {
			return InProcessSocket.this.open;
		}

		@Override
		public Mono<Void> close(CloseStatus status) {
			return Mono.fromRunnable(() -> {
				InProcessSocket.this.status.tryEmitValue(status);
				end();
			});
		}

		@Override
		public Mono<CloseStatus> closeStatus() {
			return InProcessSocket.this.status.asMono();
		}

		@Override
		public WebSocketMessage textMessage(String payload) {
			return new WebSocketMessage(WebSocketMessage.Type.TEXT,
					bufferFactory().wrap(payload.getBytes(StandardCharsets.UTF_8)));
		}

		@Override
		public WebSocketMessage binaryMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
			return new WebSocketMessage(WebSocketMessage.Type.BINARY, payloadFactory.apply(bufferFactory()));
		}

		@Override
		public WebSocketMessage pingMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
			return new WebSocketMessage(WebSocketMessage.Type.PING, payloadFactory.apply(bufferFactory()));
		}

		@Override
		public WebSocketMessage pongMessage(Function<DataBufferFactory, DataBuffer> payloadFactory) {
			return new WebSocketMessage(WebSocketMessage.Type.PONG, payloadFactory.apply(bufferFactory()));
		}

	}

}
