package io.github.cometspring.web;

import java.security.Principal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.JsonDialect;
import io.github.cometspring.protocol.MalformedMessageException;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Connection;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.netty.channel.AbortedException;

import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;

/**
 * One WebSocket. Whenever the client changes what it listens to, a new subscription with
 * the cursor of the old takes its place: a cursor is keyed by channel, so nothing is lost
 * and nothing comes twice.
 * <p>
 * Everything happens on the event loop of the socket. A frame of the client is read when
 * the answer to the one before it is written, and a batch is asked for when the one
 * before it is: neither a flood of pings nor a client that does not read fills a queue.
 */
final class CometSocket {

	private final WebSocketSession session;

	private final Connection connection;

	private final Mono<? extends Principal> principal;

	private final int maxChannels;

	private final Mono<Void> deadline;

	private final Runnable drop;

	private final Sinks.Many<SubscriptionRequest> changes = Sinks.many().unicast().onBackpressureBuffer();

	private final Sinks.One<CloseStatus> close = Sinks.one();

	/**
	 * What the client listens to, and where it stands in each.
	 */
	private final Map<String, Cursor> channels = new LinkedHashMap<>();

	/**
	 * The ping in a change of channels: its pong goes with the first news after it, and
	 * so says that their cursor covers the change.
	 */
	private @Nullable Long ping;

	/**
	 * Whether the client waits for the starting cursor of what it listens to.
	 */
	private boolean answerDue;

	/**
	 * Completes when the client has been sent what covers the last change.
	 */
	private Sinks.@Nullable Empty<Void> covered;

	CometSocket(WebSocketSession session, Connection connection, Mono<? extends Principal> principal, int maxChannels,
			Mono<Void> deadline, Runnable drop) {
		this.session = session;
		this.connection = connection;
		this.principal = principal;
		this.maxChannels = maxChannels;
		this.deadline = deadline;
		this.drop = drop;
	}

	/**
	 * Serves the client until either side closes.
	 * @return completes when the socket is closed
	 */
	Mono<Void> run() {
		listenAnew();
		Mono<Void> outgoing = this.changes.asFlux().switchMap(this::listen).concatMap(this::write, 0).then();
		Mono<Void> incoming = this.session.receive()
			// Copied before it has to wait: its buffer is released at once.
			.map(Incoming::of)
			.concatMap(this::read, 1)
			.then()
			.onErrorResume(TooLongFrameException.class, (ex) -> this.session.close(CloseStatuses.TOO_BIG))
			// The decoder has said goodbye already.
			.onErrorResume(DecoderException.class, (ex) -> this.session.close(CloseStatus.PROTOCOL_ERROR));
		// The close frame goes out before receive() is cancelled: the server would send
		// one of its own.
		Mono<Void> closing = this.close.asMono().flatMap(this::close);
		return Mono.firstWithSignal(closing, outgoing.then(Mono.never()), incoming)
			// A close frame would wait behind what the client does not take.
			.onErrorResume(TimeoutException.class, (ex) -> Mono.<Void>fromRunnable(this.drop))
			.contextWrite(Answers.IGNORE_LATE_ERRORS);
	}

	private Mono<Void> close(CloseStatus status) {
		return this.session.close(status)
			// The client has gone by itself.
			.onErrorComplete(AbortedException.class)
			.timeout(this.deadline);
	}

	private void listenAnew() {
		this.changes.tryEmitNext(new SubscriptionRequest(this.channels, null, this.principal));
	}

	private Flux<Outgoing> listen(SubscriptionRequest request) {
		return this.connection.listen(request)
			.index((number, batch) -> new Outgoing(batch, number == 0))
			.onErrorResume(SubscriptionRejectedException.class, (ex) -> {
				this.close.tryEmitValue(CloseStatuses.FORBIDDEN);
				return Flux.empty();
			});
	}

	/**
	 * Whatever is written next covers the last change: what was listened to before has
	 * been cancelled.
	 */
	private Mono<Void> write(Outgoing outgoing) {
		Sinks.Empty<Void> covered = this.covered;
		this.covered = null;
		Mono<Void> written = writeBatch(outgoing);
		return (covered != null) ? written.doFinally((signal) -> covered.tryEmitEmpty()) : written;
	}

	private Mono<Void> writeBatch(Outgoing outgoing) {
		Batch batch = outgoing.batch;
		Cursor cursor = batch.cursor();
		this.channels.replaceAll((channel, start) -> cursor);
		Ending ending = batch.ending();
		if (ending == Ending.KILLED || ending == Ending.SHUTTING_DOWN) {
			batch.failed();
			this.close
				.tryEmitValue((ending == Ending.KILLED) ? CloseStatuses.DEACTIVATED : CloseStatuses.SHUTTING_DOWN);
			return Mono.empty();
		}
		for (Segment segment : batch.segments()) {
			if (segment.isEnded()) {
				this.channels.remove(segment.channel());
			}
		}
		if (ending == Ending.CHANNELS_ENDED) {
			listenAnew();
		}
		WebSocketMessage frame;
		if (!batch.segments().isEmpty() || this.answerDue) {
			frame = text(JsonNews.encode(batch, this.ping));
			this.answerDue = false;
			this.ping = null;
		}
		else if (outgoing.first) {
			return Mono.empty();
		}
		else {
			frame = this.session.pingMessage((buffers) -> buffers.wrap(new byte[0]));
		}
		return send(frame).doOnSuccess((done) -> batch.written())
			.doOnError((ex) -> batch.failed())
			.doOnCancel(batch::failed);
	}

	private Mono<Void> read(Incoming frame) {
		return switch (frame.type) {
			case TEXT -> understand(frame.payload);
			case BINARY -> {
				this.close.tryEmitValue(CloseStatuses.MALFORMED);
				yield Mono.empty();
			}
			// Answered here and not by the server, which would not wait for the client to
			// take what it answered before.
			case PING -> send(frame(WebSocketMessage.Type.PONG, frame.payload));
			case PONG -> Mono.empty();
		};
	}

	private Mono<Void> understand(byte[] json) {
		ClientMessage message;
		try {
			message = ClientMessage.decode(json);
		}
		catch (MalformedMessageException ex) {
			if (ex.isObject()) {
				return sendText(JsonDialect.encodeMember("error", String.valueOf(ex.getMessage())));
			}
			this.close.tryEmitValue(CloseStatuses.MALFORMED);
			return Mono.empty();
		}
		if (message.subscribe().isEmpty() && message.unsubscribe().isEmpty()) {
			Long number = message.ping();
			return (number != null) ? sendText(JsonDialect.encodePong(number)) : Mono.empty();
		}
		return change(message);
	}

	private Mono<Void> change(ClientMessage message) {
		Map<String, Cursor> wanted = new LinkedHashMap<>(this.channels);
		message.unsubscribe().forEach(wanted::remove);
		message.subscribe().forEach((channel) -> wanted.putIfAbsent(channel, message.start(channel)));
		if (wanted.size() > this.maxChannels) {
			return sendText(JsonDialect.encodeMember("error",
					"Too many channels: at most %d on one connection".formatted(this.maxChannels)));
		}
		this.channels.clear();
		this.channels.putAll(wanted);
		if (message.ping() != null) {
			this.ping = message.ping();
		}
		this.answerDue = this.answerDue || !message.subscribe().isEmpty() || this.ping != null;
		// The next frame has to wait: changes must not outrun their answers.
		Sinks.Empty<Void> covered = Sinks.empty();
		this.covered = covered;
		listenAnew();
		return covered.asMono();
	}

	private Mono<Void> sendText(byte[] json) {
		return send(text(json));
	}

	private Mono<Void> send(WebSocketMessage frame) {
		return this.session.send(Mono.just(frame)).timeout(this.deadline);
	}

	private WebSocketMessage text(byte[] json) {
		return frame(WebSocketMessage.Type.TEXT, json);
	}

	private WebSocketMessage frame(WebSocketMessage.Type type, byte[] payload) {
		return new WebSocketMessage(type, this.session.bufferFactory().wrap(payload));
	}

	/**
	 * What the client has sent.
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

	/**
	 * A batch to write.
	 *
	 * @param batch the batch
	 * @param first whether it is the first of its subscription
	 */
	private record Outgoing(Batch batch, boolean first) {
	}

}
