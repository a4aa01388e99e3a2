package io.github.cometspring.web;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.ReactorErrors;
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
 * The channels that one WebSocket listens to. When they change, a new subscription with
 * the cursor of the old replaces it. A cursor is keyed by channel, so no message is lost
 * or sent twice. Each batch is requested when the client has taken the one before.
 * Belongs to the event loop of the socket.
 */
final class WebSocketFeed {

	/**
	 * Ignores the result of a ping that is sent with a batch. The result of the batch
	 * stands for both.
	 */
	private static final WriteListener WITH_BATCH = new WriteListener() {

		@Override
		public void taken() {
			// The batch has a listener of its own.
		}

		@Override
		public void lost() {
			// The batch has a listener of its own.
		}

	};

	private final ConnectedClient connection;

	private Requester requester;

	private final FrameWriter frames;

	private final LivenessCheck liveness;

	private final Consumer<CloseStatus> close;

	private final PresentedGrants grants;

	/**
	 * The channels, each with the client's cursor.
	 */
	private final Map<String, Cursor> channels = new LinkedHashMap<>();

	/**
	 * The current subscription.
	 */
	private Listening listening = new Listening();

	/**
	 * The batch that is being written.
	 */
	private @Nullable Batch inFlight;

	private final PendingChange change = new PendingChange();

	/**
	 * Creates the feed of a socket, without channels.
	 * @param connection the client
	 * @param requester the data of the request for authorizers
	 * @param frames writes to the socket
	 * @param liveness checks whether the client is still there
	 * @param close closes the socket with a close frame
	 * @param grants the signed grants of the client, none yet
	 */
	WebSocketFeed(ConnectedClient connection, Requester requester, FrameWriter frames, LivenessCheck liveness,
			Consumer<CloseStatus> close, PresentedGrants grants) {
		this.connection = connection;
		this.requester = requester;
		this.frames = frames;
		this.liveness = liveness;
		this.close = close;
		this.grants = grants;
	}

	/**
	 * The channels that the client listens to, each with its cursor.
	 * @return a copy
	 */
	Map<String, Cursor> channels() {
		return new LinkedHashMap<>(this.channels);
	}

	/**
	 * Changes the channels that the client listens to.
	 * @param channels the new channels, each with the cursor to start from
	 * @param refused the channels that it has asked for and does not get
	 * @param answer whether it waits for the starting cursor
	 * @param ping the ping that the change came with, or {@code null} if there was none
	 * @return completes when the client has taken a batch that covers the change
	 */
	Mono<Void> change(Map<String, Cursor> channels, Refusals refused, boolean answer, @Nullable Long ping) {
		this.channels.clear();
		this.channels.putAll(channels);
		this.change.add(answer, ping);
		return Mono.create((sink) -> {
			this.change.cover(sink);
			resubscribe(refused);
		});
	}

	/**
	 * Presents signed grants from the next change on, besides those that the client has
	 * presented before.
	 * @param channels the channels after that change. Grants for others are forgotten
	 * @param grants the grants
	 */
	void present(Set<String> channels, List<String> grants) {
		if (this.grants.change(channels, grants)) {
			this.requester = this.requester.presenting(this.grants.all());
		}
	}

	/**
	 * Starts a new subscription to the channels. Without channels, it provides heartbeats
	 * only.
	 */
	void resubscribe() {
		resubscribe(Refusals.NONE);
	}

	private void resubscribe(Refusals refused) {
		try {
			listen(refused);
		}
		// Also errors: the client must not wait for ever.
		catch (Throwable ex) {
			this.listening.cancel();
			fail(ex);
		}
	}

	private void fail(Throwable error) {
		this.connection.failed(error);
		this.close.accept(CloseStatuses.of(error));
	}

	private void listen(Refusals refused) {
		this.listening.cancel();
		this.listening = new Listening();
		this.connection.listen(new SubscriptionRequest(this.channels, refused, null, this.requester.caller()))
			.subscribe(this.listening);
		if (this.inFlight == null) {
			this.listening.request(1);
		}
	}

	/**
	 * Ends the subscription.
	 */
	void end() {
		this.listening.cancel();
		Batch batch = this.inFlight;
		if (batch != null) {
			batch.failed();
		}
	}

	/**
	 * Writes a batch. It covers the last change, as the subscription before has been
	 * cancelled.
	 */
	private void write(Batch batch, boolean first) {
		int channelsBefore = this.channels.size();
		Cursor cursor = batch.cursor();
		this.channels.replaceAll((channel, start) -> cursor);
		Ending ending = batch.ending();
		CloseStatus status = CloseStatuses.of(ending);
		if (status != null && (ending != Ending.EXPIRED || batch.segments().isEmpty())) {
			batch.failed();
			this.close.accept(status);
			return;
		}
		for (Segment segment : batch.segments()) {
			if (segment.isEnded()) {
				this.channels.remove(segment.channel());
			}
		}
		batch.refused().channels().forEach(this.channels::remove);
		if (this.channels.size() < channelsBefore) {
			// Nothing is kept for channels that were refused or have ended.
			present(this.channels.keySet(), List.of());
		}
		this.inFlight = batch;
		if (ending == Ending.CHANNELS_ENDED) {
			resubscribe();
		}
		WriteListener receipt = new Receipt(batch, this.change.takeCovered());
		if (!batch.segments().isEmpty() || !batch.refused().isEmpty() || this.change.isAnswerPending()) {
			if (batch.isHeartbeat()) {
				this.liveness.ping(WITH_BATCH);
			}
			this.frames.writeBatch(batch, this.change.answer(), receipt);
		}
		else if (first) {
			receipt.taken();
		}
		else {
			this.liveness.ping(receipt);
		}
	}

	private void closeIfExpired(Batch batch) {
		if (batch.ending() == Ending.EXPIRED) {
			this.close.accept(CloseStatuses.EXPIRED);
		}
	}

	/**
	 * The subscription to the channels, until they change.
	 */
	private final class Listening extends BaseSubscriber<Batch> {

		private boolean first = true;

		@Override
		public Context currentContext() {
			return WebSocketFeed.this.requester.context();
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// resubscribe() requests the first batch.
		}

		@Override
		protected void hookOnNext(Batch batch) {
			boolean first = this.first;
			this.first = false;
			if (WebSocketFeed.this.listening != this) {
				batch.failed();
				return;
			}
			try {
				write(batch, first);
			}
			catch (Error ex) {
				throw ReactorErrors.asException(ex);
			}
		}

		@Override
		protected void hookOnError(Throwable error) {
			if (WebSocketFeed.this.listening == this) {
				fail(error);
			}
		}

	}

	/**
	 * Requests the next batch when the client has taken one.
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
			WebSocketFeed.this.inFlight = null;
			this.batch.written();
			WebSocketFeed.this.listening.request(1);
			closeIfExpired(this.batch);
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
			WebSocketFeed.this.inFlight = null;
			this.batch.failed();
			WebSocketFeed.this.listening.cancel();
			WebSocketFeed.this.frames.socket().cut();
			PendingChange.fail(this.covered);
			WebSocketFeed.this.change.fail();
		}

	}

}
