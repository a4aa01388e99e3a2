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
import io.github.cometspring.subscription.SubscriptionRequest;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
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

	private static final byte[] NOTHING = new byte[0];

	private final WebSocketSession session;

	private final FrameWriter frames;

	private final Connection connection;

	private final Mono<? extends Principal> principal;

	private final int maxChannels;

	private final Mono<Void> deadline;

	private final Runnable drop;

	private final Sinks.One<CloseStatus> close = Sinks.one();

	/**
	 * What the client listens to, and where it stands in each.
	 */
	private final Map<String, Cursor> channels = new LinkedHashMap<>();

	/**
	 * What it listens by.
	 */
	private Listening listening = new Listening();

	/**
	 * The batch that is being written.
	 */
	private @Nullable Batch underWay;

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
	 * Succeeds when the client has been sent what covers the last change.
	 */
	private @Nullable MonoSink<Void> covered;

	CometSocket(WebSocketSession session, FrameWriter frames, Connection connection,
			Mono<? extends Principal> principal, int maxChannels, Mono<Void> deadline, Runnable drop) {
		this.session = session;
		this.frames = frames;
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
		return Mono.firstWithSignal(closing, incoming)
			// A close frame would wait behind what the client does not take.
			.onErrorResume(TimeoutException.class, (ex) -> Mono.<Void>fromRunnable(this.drop))
			.doFinally((signal) -> end())
			.contextWrite(Answers.IGNORE_LATE_ERRORS);
	}

	private Mono<Void> close(CloseStatus status) {
		return this.session.close(status)
			// The client has gone by itself.
			.onErrorComplete(AbortedException.class)
			.timeout(this.deadline);
	}

	private void end() {
		this.listening.cancel();
		Batch batch = this.underWay;
		if (batch != null) {
			batch.failed();
		}
		this.frames.dispose();
	}

	private void listenAnew() {
		this.listening.cancel();
		this.listening = new Listening();
		this.connection.listen(new SubscriptionRequest(this.channels, null, this.principal)).subscribe(this.listening);
		if (this.underWay == null) {
			this.listening.request(1);
		}
	}

	/**
	 * Writes a batch. It covers the last change: what was listened to before has been
	 * cancelled.
	 */
	private void write(Batch batch, boolean first) {
		Cursor cursor = batch.cursor();
		this.channels.replaceAll((channel, start) -> cursor);
		Ending ending = batch.ending();
		if (ending == Ending.KILLED || ending == Ending.SHUTTING_DOWN) {
			batch.failed();
			this.close
				.tryEmitValue((ending == Ending.KILLED) ? CloseStatuses.DEACTIVATED : CloseStatuses.SHUTTING_DOWN);
			return;
		}
		for (Segment segment : batch.segments()) {
			if (segment.isEnded()) {
				this.channels.remove(segment.channel());
			}
		}
		this.underWay = batch;
		if (ending == Ending.CHANNELS_ENDED) {
			listenAnew();
		}
		MonoSink<Void> covered = this.covered;
		this.covered = null;
		WriteListener receipt = new NewsReceipt(batch, covered);
		if (!batch.segments().isEmpty() || this.answerDue) {
			Long pong = this.ping;
			this.answerDue = false;
			this.ping = null;
			this.frames.writeNews(batch, pong, receipt);
		}
		else if (first) {
			receipt.taken();
		}
		else {
			this.frames.write(WebSocketMessage.Type.PING, NOTHING, receipt);
		}
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
			case PING -> answer(WebSocketMessage.Type.PONG, frame.payload);
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
				return answer(JsonDialect.encodeMember("error", String.valueOf(ex.getMessage())));
			}
			this.close.tryEmitValue(CloseStatuses.MALFORMED);
			return Mono.empty();
		}
		if (message.subscribe().isEmpty() && message.unsubscribe().isEmpty()) {
			Long number = message.ping();
			return (number != null) ? answer(JsonDialect.encodePong(number)) : Mono.empty();
		}
		return change(message);
	}

	private Mono<Void> change(ClientMessage message) {
		Map<String, Cursor> wanted = new LinkedHashMap<>(this.channels);
		message.unsubscribe().forEach(wanted::remove);
		message.subscribe().forEach((channel) -> wanted.putIfAbsent(channel, message.start(channel)));
		if (wanted.size() > this.maxChannels) {
			return answer(JsonDialect.encodeMember("error",
					"Too many channels: at most %d on one connection".formatted(this.maxChannels)));
		}
		this.channels.clear();
		this.channels.putAll(wanted);
		if (message.ping() != null) {
			this.ping = message.ping();
		}
		this.answerDue = this.answerDue || !message.subscribe().isEmpty() || this.ping != null;
		// The next frame has to wait: changes must not outrun their answers.
		return Mono.create((sink) -> {
			this.covered = sink;
			listenAnew();
		});
	}

	private Mono<Void> answer(byte[] json) {
		return answer(WebSocketMessage.Type.TEXT, json);
	}

	private Mono<Void> answer(WebSocketMessage.Type type, byte[] payload) {
		return Mono.create((sink) -> this.frames.write(type, payload, new AnswerReceipt(sink)));
	}

	/**
	 * What the client listens to until it changes.
	 */
	private final class Listening extends BaseSubscriber<Batch> {

		private boolean first = true;

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// Nothing is asked for yet.
		}

		@Override
		protected void hookOnNext(Batch batch) {
			boolean first = this.first;
			this.first = false;
			if (CometSocket.this.listening == this) {
				write(batch, first);
			}
			else {
				batch.failed();
			}
		}

		@Override
		protected void hookOnError(Throwable error) {
			CometSocket.this.close.tryEmitValue(CloseStatuses.FORBIDDEN);
		}

	}

	/**
	 * Asks for the next batch when one was taken.
	 */
	private final class NewsReceipt implements WriteListener {

		private final Batch batch;

		private final @Nullable MonoSink<Void> covered;

		private NewsReceipt(Batch batch, @Nullable MonoSink<Void> covered) {
			this.batch = batch;
			this.covered = covered;
		}

		@Override
		public void taken() {
			CometSocket.this.underWay = null;
			this.batch.written();
			CometSocket.this.listening.request(1);
			if (this.covered != null) {
				this.covered.success();
			}
		}

		@Override
		public void lost() {
			CometSocket.this.underWay = null;
			this.batch.failed();
			CometSocket.this.listening.cancel();
			CometSocket.this.drop.run();
			// Whoever waits for an answer holds back the frames that the client has sent
			// meanwhile, and behind them the end of the connection.
			fail(this.covered);
			fail(CometSocket.this.covered);
		}

		private static void fail(@Nullable MonoSink<Void> waiting) {
			if (waiting != null) {
				waiting.error(new TimeoutException());
			}
		}

	}

	/**
	 * Lets the next frame of the client be read.
	 *
	 * @param sink waits for the answer to be written
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

}
