package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.protocol.MalformedMessageException;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Refusals;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.netty.channel.AbortedException;

import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * One WebSocket. Reads each frame of the client when the answer to the frame before is
 * written, so that neither a flood of pings nor a client that does not read fills a
 * queue. Everything happens on the event loop of the socket.
 */
final class WebSocketConversation {

	private final WebSocketSession session;

	private final FrameWriter frames;

	private final LivenessCheck liveness;

	private final WebSocketFeed feed;

	private final ConnectedClient connection;

	private final int maxChannels;

	private final Sinks.One<CloseStatus> close = Sinks.one();

	WebSocketConversation(WebSocketSession session, FrameWriter frames, ConnectedClient connection, Requester requester,
			int maxChannels) {
		this.session = session;
		this.frames = frames;
		this.connection = connection;
		this.liveness = new LivenessCheck(frames, this::giveUp);
		this.feed = new WebSocketFeed(connection, requester, frames, this.liveness, this.close::tryEmitValue,
				new PresentedGrants(requester.equals(Requester.UNKNOWN) ? 0 : maxChannels));
		this.maxChannels = maxChannels;
	}

	/**
	 * Serves the client until either side closes.
	 * @return completes when the socket is closed
	 */
	Mono<Void> run() {
		this.feed.resubscribe();
		Mono<Void> incoming = this.session.receive()
			.doOnNext((frame) -> this.liveness.received())
			// The copy lets the buffer be released before the frame has to wait.
			.map(Incoming::of)
			.concatMap(this::readOne, 1)
			.then()
			.onErrorResume(TooLongFrameException.class, (ex) -> this.session.close(CloseStatuses.TOO_BIG))
			// The decoder has sent a close frame already.
			.onErrorResume(DecoderException.class, (ex) -> this.session.close(CloseStatus.PROTOCOL_ERROR));
		// The close frame is written before receive() is cancelled. Otherwise the server
		// would send one of its own.
		Mono<Void> closing = this.close.asMono().flatMap(this::close);
		return Mono.firstWithSignal(closing, incoming)
			// A close frame would wait behind bytes that the client does not take.
			.onErrorResume(TimeoutException.class, (ex) -> Mono.<Void>fromRunnable(this.frames.socket()::cut))
			.doFinally((signal) -> end())
			.contextWrite(LateErrors.IGNORED);
	}

	private Mono<Void> close(CloseStatus status) {
		return this.session.close(status)
			// The client has disconnected already.
			.onErrorComplete(AbortedException.class)
			.timeout(this.frames.socket().deadline());
	}

	/**
	 * Disconnects a client that has failed the liveness check, without a close frame:
	 * that would wait for the client.
	 */
	private void giveUp() {
		this.connection.silent();
		this.frames.socket().cut();
		this.close.tryEmitError(new TimeoutException());
	}

	private void end() {
		this.liveness.end();
		this.feed.end();
		this.frames.dispose();
	}

	private Mono<Void> readOne(Incoming frame) {
		this.liveness.setPaused(true);
		return read(frame).doFinally((signal) -> this.liveness.setPaused(false));
	}

	private Mono<Void> read(Incoming frame) {
		return switch (frame.type) {
			case TEXT -> readText(frame.payload);
			case BINARY -> {
				this.close.tryEmitValue(CloseStatuses.MALFORMED);
				yield Mono.empty();
			}
			// Answered here, as the server would not wait until the client has taken
			// earlier answers.
			case PING -> answer(WebSocketMessage.Type.PONG, frame.payload);
			case PONG -> Mono.empty();
		};
	}

	private Mono<Void> readText(byte[] json) {
		ClientMessage message;
		try {
			message = ClientMessage.decode(json);
		}
		catch (MalformedMessageException ex) {
			if (ex.isObject()) {
				return answer(JsonCodec.encodeMember("error", String.valueOf(ex.getMessage())));
			}
			this.close.tryEmitValue(CloseStatuses.MALFORMED);
			return Mono.empty();
		}
		if (message.subscribe().isEmpty() && message.unsubscribe().isEmpty()) {
			Long number = message.ping();
			return (number != null) ? answer(JsonCodec.encodePong(number)) : Mono.empty();
		}
		return change(message);
	}

	private Mono<Void> change(ClientMessage message) {
		Map<String, Cursor> wanted = this.feed.channels();
		message.unsubscribe().forEach(wanted::remove);
		List<String> misplaced = new ArrayList<>();
		for (String channel : message.subscribe()) {
			if (message.misplaced().contains(channel) && !wanted.containsKey(channel)) {
				misplaced.add(channel);
			}
			else {
				wanted.putIfAbsent(channel, message.start(channel));
			}
		}
		if (wanted.size() + misplaced.size() > this.maxChannels) {
			this.connection.changeRefused();
			return answer(JsonCodec.encodeLimit(
					"Too many channels: at most %d on one connection".formatted(this.maxChannels), this.maxChannels));
		}
		this.feed.present(wanted.keySet(), message.grants());
		// The next frame waits, so that changes do not overtake their answers.
		return this.feed.change(wanted, Refusals.NONE.and(misplaced, Refusals.Reason.CURSOR),
				!message.subscribe().isEmpty(), message.ping());
	}

	private Mono<Void> answer(byte[] json) {
		return answer(WebSocketMessage.Type.TEXT, json);
	}

	private Mono<Void> answer(WebSocketMessage.Type type, byte[] payload) {
		return Mono.create((sink) -> this.frames.write(type, payload, new AnswerReceipt(sink)));
	}

	/**
	 * Completes when an answer is written, so that the next frame is read.
	 *
	 * @param sink is completed
	 */
	private record AnswerReceipt(MonoSink<Void> sink) implements WriteListener {

		@Override
		public void taken() {
			this.sink.success();
		}

		@Override
		public void lost() {
			this.sink.error(new TimeoutException());
		}

	}

	/**
	 * A frame of the client.
	 *
	 * @param type the type of the frame
	 * @param payload its content
	 */
	private record Incoming(WebSocketMessage.Type type, byte[] payload) {

		private static Incoming of(WebSocketMessage frame) {
			byte[] bytes = new byte[frame.getPayload().readableByteCount()];
			frame.getPayload().read(bytes);
			return new Incoming(frame.getType(), bytes);
		}

	}

}
