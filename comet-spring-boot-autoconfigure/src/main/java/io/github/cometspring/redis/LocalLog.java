package io.github.cometspring.redis;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;

/**
 * What a node has of a channel's log: the copy and the live feed. Messages of the
 * channel's feed and answers of Redis extend the copy. If messages are lost or the epoch
 * changes, readers get a gap.
 * <p>
 * Thread-safe. The lock is this object: all changes are made under it, so that the events
 * of the live feed have the order of the copy.
 */
final class LocalLog {

	private final String id;

	private final MessageFormat format;

	private final boolean checkHoles;

	private final LogCopy copy;

	private final LiveFeed live = new LiveFeed();

	private final Runnable onClose;

	/** Whether the copy has been read, so that the feed can extend it. */
	private volatile boolean loaded;

	/** Whether the feed may have lost a message since the last read. */
	private volatile boolean stale;

	private volatile boolean closed;

	/** Whether a closed log has all messages that can still be read. */
	private volatile boolean complete;

	/**
	 * Creates a log that has not been loaded.
	 * @param registration the channel
	 * @param capacity the most messages to keep
	 * @param checkHoles whether to refuse a message of the feed that does not follow the
	 * copy; for tests
	 * @param onClose called once, when the log is closed, under the lock
	 */
	LocalLog(Registration registration, int capacity, boolean checkHoles, Runnable onClose) {
		this.id = registration.id();
		this.format = registration.settings().format();
		this.checkHoles = checkHoles;
		this.onClose = onClose;
		this.copy = new LogCopy(new Position(registration.epoch(), 0), capacity,
				registration.settings().historyMaxAge().toNanos());
	}

	boolean isLoaded() {
		return this.loaded;
	}

	boolean isStale() {
		return this.stale;
	}

	/**
	 * Records that the feed may have lost a message.
	 */
	void markStale() {
		this.stale = true;
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Whether a reader at a cursor can begin without a read of the log on Redis.
	 * @param start the cursor
	 * @param receiving whether the node is receiving messages
	 */
	synchronized boolean isReady(Cursor start, boolean receiving) {
		if (this.closed) {
			return this.complete;
		}
		return this.loaded && !this.stale && receiving && this.copy.covers(this.id, start);
	}

	Position newest() {
		return this.copy.newest();
	}

	Position end() {
		return this.copy.end();
	}

	/**
	 * Applies the answer to a read of the log on Redis.
	 * @param answer the answer
	 * @param subscribed whether the feed of the channel can extend the copy from now on
	 * @param receiving whether the node was receiving messages when the read began
	 * @return {@code false} if the log must be read again: it was closed meanwhile, and
	 * the answer does not have all messages that can still be read
	 */
	synchronized boolean apply(LogAnswer answer, boolean subscribed, boolean receiving) {
		if (this.complete) {
			return true;
		}
		if (!answer.all() && !this.loaded) {
			// The answer continues a copy that has been discarded. A closed log has to be
			// read again now; another one is read by its next follower.
			return !this.closed;
		}
		if (!this.loaded || answer.newest().epoch() != newest().epoch()) {
			replace(answer);
		}
		else {
			extend(answer);
		}
		this.copy.extendEnd(answer.newest());
		this.loaded = subscribed;
		this.stale = !receiving;
		settle();
		if (answer.closed()) {
			this.complete = true;
			close();
		}
		return true;
	}

	/**
	 * Adds the messages that the feed has not brought.
	 */
	private void extend(LogAnswer answer) {
		for (LogAnswer.Entry entry : answer.entries()) {
			long ahead = entry.message().position().offset() - newest().offset();
			if (ahead > 1) {
				skipTo(new Position(newest().epoch(), entry.message().position().offset() - 1));
			}
			if (ahead > 0) {
				add(entry.message(), entry.time(), entry.nonce());
			}
		}
		if (newest().offset() < answer.newest().offset()) {
			skipTo(answer.newest());
		}
	}

	/**
	 * Skips messages that this node lacks and Redis no longer has: a gap for readers.
	 */
	private void skipTo(Position position) {
		this.copy.reset(position);
		this.copy.extendEnd(position);
		this.live.emitChange();
	}

	/**
	 * Replaces the copy, which is empty or ends in another epoch than the channel.
	 */
	private void replace(LogAnswer answer) {
		this.copy.replace(answer);
		if (this.loaded) {
			this.live.emitChange();
		}
		this.live.emitAwaited(answer.entries());
	}

	/**
	 * Adds a message of the feed, unless the copy has it.
	 * @param message the message
	 * @param now the time, in nanoseconds
	 * @return {@code false} if the log must be read before: it lacks earlier messages, is
	 * in another epoch, or has not been loaded
	 */
	synchronized boolean receive(FeedMessage message, long now) {
		if (!this.loaded || newest().epoch() != message.position().epoch()) {
			return false;
		}
		long ahead = message.position().offset() - newest().offset();
		String data = message.data();
		if (data == null && ahead <= 0) {
			this.complete = true;
			close();
		}
		else if (data != null && ahead == 1) {
			add(new Message(this.id, message.position(), data, this.format, false), now, message.nonce());
		}
		else if (ahead > 0) {
			this.copy.extendEnd(message.position());
			if (data != null && !this.checkHoles) {
				this.copy.reset(new Position(newest().epoch(), message.position().offset() - 1));
				return receive(message, now);
			}
			return false;
		}
		return true;
	}

	private void add(Message message, long time, String nonce) {
		this.copy.add(message, time);
		this.copy.extendEnd(message.position());
		this.live.emit(message, nonce);
	}

	/**
	 * Closes the log and completes the live feed.
	 */
	synchronized void close() {
		if (!this.closed) {
			this.closed = true;
			settle();
			this.live.complete();
			this.loaded = false;
			this.onClose.run();
		}
	}

	/**
	 * Closes the log of a channel that has ended and can no longer be read.
	 */
	synchronized void closeWithoutRead() {
		if (!this.closed && this.loaded && (this.stale || !newest().covers(end()))) {
			// The copy may lack the last messages.
			skipTo(new Position(Registration.newEpoch(), 0));
		}
		this.complete = true;
		close();
	}

	/**
	 * Discards the copy, unless the live feed has subscribers.
	 * @return whether it is discarded
	 */
	synchronized boolean discardIfUnused() {
		if (this.live.hasSubscribers()) {
			// On this event, a subscriber without clients unsubscribes.
			this.live.emitChange();
		}
		if (this.live.hasSubscribers()) {
			return false;
		}
		this.loaded = false;
		this.copy.reset(newest());
		return true;
	}

	/**
	 * Records that this node has published a message.
	 * @param position the position of the message
	 * @return {@code true} if the known end is now at the message or after it;
	 * {@code false} if the copy is of another epoch, so that the log must be read
	 */
	synchronized boolean appended(Position position) {
		if (newest().epoch() != position.epoch() && !this.loaded) {
			this.copy.reset(new Position(position.epoch(), 0));
		}
		this.copy.extendEnd(position);
		return newest().epoch() == position.epoch();
	}

	synchronized Delivery await(String nonce) {
		return this.live.await(nonce);
	}

	synchronized void forget(String nonce) {
		this.live.forget(nonce);
	}

	synchronized void published(String nonce, Position position) {
		this.live.published(nonce, position);
		settle();
	}

	private void settle() {
		this.live.settle((position) -> this.closed || !this.loaded || position.epoch() != newest().epoch()
				|| newest().covers(position));
	}

	synchronized int size() {
		this.copy.trim(System.nanoTime());
		return this.copy.size();
	}

	synchronized @Nullable Position locate(Cursor start) {
		return this.copy.locate(this.id, start);
	}

	synchronized Replay read(@Nullable Position after, int most) {
		this.copy.trim(System.nanoTime());
		return this.copy.read(after, most);
	}

	Flux<Publication> live() {
		return Flux.defer(() -> this.closed ? Flux.empty() : this.live.flux());
	}

}
