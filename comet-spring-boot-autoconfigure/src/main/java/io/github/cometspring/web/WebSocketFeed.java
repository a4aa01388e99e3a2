package io.github.cometspring.web;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionRequest;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.util.context.Context;

import org.springframework.web.reactive.socket.CloseStatus;

/**
 * What one WebSocket listens to. Whenever that changes, a new subscription with the
 * cursor of the old takes its place: a cursor is keyed by channel, so nothing is lost and
 * nothing comes twice. A batch is asked for when the client has taken the one before it.
 * Belongs to the event loop of the socket.
 */
final class WebSocketFeed {

	/**
	 * For a ping that goes along with news, which tell what becomes of both.
	 */
	private static final WriteListener ALONG = new WriteListener() {

		@Override
		public void taken() {
			// As will be the news
		}

		@Override
		public void lost() {
			// As will be the news
		}

	};

	private final ConnectedClient connection;

	private final Requester asker;

	private final FrameWriter frames;

	private final LivenessCheck life;

	private final Consumer<CloseStatus> close;

	/**
	 * The channels, and where the client stands in each.
	 */
	private final Map<String, Cursor> channels = new LinkedHashMap<>();

	/**
	 * What they are listened to by.
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

	/**
	 * Creates the feed of a socket, of no channel to begin with.
	 * @param connection the client
	 * @param asker who decides on channels is told who asks
	 * @param frames writes to the socket
	 * @param life asks whether the client is still there
	 * @param close closes the socket with a word
	 */
	WebSocketFeed(ConnectedClient connection, Requester asker, FrameWriter frames, LivenessCheck life,
			Consumer<CloseStatus> close) {
		this.connection = connection;
		this.asker = asker;
		this.frames = frames;
		this.life = life;
		this.close = close;
	}

	/**
	 * What the client listens to, and where it stands in each.
	 * @return the caller's own
	 */
	Map<String, Cursor> channels() {
		return new LinkedHashMap<>(this.channels);
	}

	/**
	 * Changes what the client listens to.
	 * @param channels what it listens to from now on, and where it starts each
	 * @param refused what it has asked for, too, and does not get
	 * @param answer whether it waits for the starting cursor
	 * @param ping the ping that the change came with, or {@code null} if there was none
	 * @return completes when the client has been sent what covers the change
	 */
	Mono<Void> change(Map<String, Cursor> channels, Refusals refused, boolean answer, @Nullable Long ping) {
		this.channels.clear();
		this.channels.putAll(channels);
		if (ping != null) {
			this.ping = ping;
		}
		this.answerDue = this.answerDue || answer || this.ping != null;
		return Mono.create((sink) -> {
			this.covered = sink;
			listenAnew(refused);
		});
	}

	/**
	 * Listens anew: to nothing, at the beginning, which the heartbeat is heard by.
	 */
	void listenAnew() {
		listenAnew(Refusals.NONE);
	}

	private void listenAnew(Refusals refused) {
		this.listening.cancel();
		this.listening = new Listening();
		this.connection.listen(new SubscriptionRequest(this.channels, refused, null, this.asker.principal()))
			.subscribe(this.listening);
		if (this.underWay == null) {
			this.listening.request(1);
		}
	}

	/**
	 * Listens no more.
	 */
	void end() {
		this.listening.cancel();
		Batch batch = this.underWay;
		if (batch != null) {
			batch.failed();
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
			this.close.accept((ending == Ending.KILLED) ? CloseStatuses.DEACTIVATED : CloseStatuses.SHUTTING_DOWN);
			return;
		}
		for (Segment segment : batch.segments()) {
			if (segment.isEnded()) {
				this.channels.remove(segment.channel());
			}
		}
		batch.refused().channels().forEach(this.channels::remove);
		this.underWay = batch;
		if (ending == Ending.CHANNELS_ENDED) {
			listenAnew();
		}
		MonoSink<Void> covered = this.covered;
		this.covered = null;
		WriteListener receipt = new Receipt(batch, covered);
		if (!batch.segments().isEmpty() || !batch.refused().isEmpty() || this.answerDue) {
			if (batch.isHeartbeat()) {
				this.life.ask(ALONG);
			}
			Long pong = this.ping;
			this.answerDue = false;
			this.ping = null;
			this.frames.writeBatch(batch, pong, receipt);
		}
		else if (first) {
			receipt.taken();
		}
		else {
			this.life.ask(receipt);
		}
	}

	/**
	 * What the client listens to until it changes.
	 */
	private final class Listening extends BaseSubscriber<Batch> {

		private boolean first = true;

		@Override
		public Context currentContext() {
			return WebSocketFeed.this.asker.context();
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// Nothing is asked for yet.
		}

		@Override
		protected void hookOnNext(Batch batch) {
			boolean first = this.first;
			this.first = false;
			if (WebSocketFeed.this.listening == this) {
				write(batch, first);
			}
			else {
				batch.failed();
			}
		}

		@Override
		protected void hookOnError(Throwable error) {
			if (WebSocketFeed.this.listening == this) {
				WebSocketFeed.this.close.accept(CloseStatuses.of(error));
			}
		}

	}

	/**
	 * Asks for the next batch when one was taken.
	 */
	private final class Receipt implements WriteListener {

		private final Batch batch;

		private final @Nullable MonoSink<Void> covered;

		private Receipt(Batch batch, @Nullable MonoSink<Void> covered) {
			this.batch = batch;
			this.covered = covered;
		}

		@Override
		public void taken() {
			WebSocketFeed.this.underWay = null;
			this.batch.written();
			WebSocketFeed.this.listening.request(1);
			if (this.covered != null) {
				this.covered.success();
			}
		}

		@Override
		public void stalled() {
			this.batch.timedOut();
			lost();
		}

		@Override
		public void lost() {
			WebSocketFeed.this.underWay = null;
			this.batch.failed();
			WebSocketFeed.this.listening.cancel();
			WebSocketFeed.this.frames.socket().cut();
			// Whoever waits for an answer holds back the frames that the client has sent
			// meanwhile, and behind them the end of the connection.
			fail(this.covered);
			fail(WebSocketFeed.this.covered);
		}

		private static void fail(@Nullable MonoSink<Void> waiting) {
			if (waiting != null) {
				waiting.error(new TimeoutException());
			}
		}

	}

}
