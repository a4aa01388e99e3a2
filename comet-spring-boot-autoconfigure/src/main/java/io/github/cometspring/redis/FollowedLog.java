package io.github.cometspring.redis;

import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;

/**
 * The copy of a channel's log that a node has while it has readers of the channel. The
 * feed of the channel adds messages. If one does not follow the last one, is of another
 * epoch, or may have been lost, the node reads the log on Redis, once for all readers.
 * <p>
 * Thread-safe. The lock guards the copy, the order of the live feed, and whether the
 * channel is followed. This class is long because all of it happens under that lock.
 */
final class FollowedLog {

	private final RedisChannelLog channel;

	private final RedisLogs logs;

	private final RedisNode node;

	private final Object lock = new Object();

	private final LogCopy copy;

	private final CatchUp catchUp = new CatchUp(this::read);

	private final AwaitedDeliveries deliveries = new AwaitedDeliveries();

	private final Sinks.Many<Publication> live = Sinks.unsafe().many().multicast().directBestEffort();

	/** Whether the feed is subscribed to. */
	private boolean subscribed;

	/** Whether the copy has been read, so that the feed can extend it. */
	private volatile boolean loaded;

	/** Whether the feed may have lost a message since the last read. */
	private volatile boolean stale;

	private volatile Position end;

	private volatile boolean closed;

	/** Whether a closed log has all messages that can still be read. */
	private volatile boolean complete;

	private volatile long lastUpdate = System.nanoTime();

	private volatile long lastUsed = this.lastUpdate;

	FollowedLog(RedisChannelLog channel, RedisLogs logs, RedisNode node, int capacity) {
		this.channel = channel;
		this.logs = logs;
		this.node = node;
		this.end = new Position(channel.registration().epoch(), 0);
		this.copy = new LogCopy(this.end, capacity, channel.settings().historyMaxAge().toNanos());
	}

	// Following

	/**
	 * Whether the copy is up to date, and this node is notified of messages and of the
	 * end of the channel.
	 */
	boolean isFresh() {
		return this.loaded && !this.stale && this.node.isSubscribed();
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Whether a reader at a cursor can begin without a read of the log on Redis. Keeps the
	 * channel followed for a while.
	 */
	boolean isReady(Cursor start) {
		synchronized (this.lock) {
			markUsed();
			return this.closed ? this.complete : isFresh() && covers(start);
		}
	}

	private boolean covers(Cursor start) {
		String id = this.channel.id();
		if (!start.knows(id)) {
			return true;
		}
		OptionalLong offset = start.offset(id, newest().epoch());
		return this.end.epoch() == newest().epoch() && offset.isPresent() && offset.getAsLong() <= this.end.offset();
	}

	/**
	 * Keeps the channel followed for a while.
	 */
	void markUsed() {
		this.lastUsed = System.nanoTime();
	}

	/**
	 * Follows the channel, unless it is followed or has ended.
	 */
	void ensureFollowed() {
		if (!this.loaded && !this.closed) {
			follow();
		}
	}

	/**
	 * Follows the channel: subscribes to its feed and reads its log.
	 */
	CompletableFuture<Void> follow() {
		synchronized (this.lock) {
			markUsed();
			if (this.subscribed || this.closed) {
				return catchUp();
			}
			this.subscribed = true;
			this.logs.followed(this.channel);
			return this.node.feeds().subscribe(this.channel.feed(), this::receive).exceptionally((ex) -> {
				// The next connection subscribes to the feed, and the log is read again.
				this.stale = true;
				return null;
			}).thenCompose((confirmed) -> catchUp());
		}
	}

	/**
	 * Stops following the channel, if it has been unused for long enough.
	 * @param linger how long, in nanoseconds
	 */
	void unfollowIfUnused(long linger) {
		synchronized (this.lock) {
			if (System.nanoTime() - this.lastUsed < linger) {
				return;
			}
			if (this.live.currentSubscriberCount() > 0) {
				// On this event, a subscriber without clients unsubscribes.
				this.live.tryEmitNext(Publication.CHANGE);
			}
			if (this.live.currentSubscriberCount() == 0) {
				unfollow();
				this.copy.reset(newest());
			}
		}
	}

	private void unfollow() {
		this.loaded = false;
		this.subscribed = false;
		this.logs.unfollowed(this.channel);
		this.node.feeds().unsubscribe(this.channel.feed());
	}

	/**
	 * Records that the feed may have lost a message.
	 */
	void markStale() {
		this.stale = true;
	}

	/**
	 * Whether the log must be read again.
	 * @param maxSilence how long the feed may be silent, in nanoseconds
	 */
	boolean needsRead(long maxSilence) {
		return this.stale || System.nanoTime() - this.lastUpdate > maxSilence;
	}

	/**
	 * Reads the messages that the copy lacks.
	 * @return completes when the copy has all messages that the channel had at this call
	 */
	CompletableFuture<Void> catchUp() {
		return this.catchUp.run();
	}

	private CompletableFuture<Void> read() {
		Position newest = newest();
		boolean receiving = this.node.isSubscribed();
		// Without an epoch, the script returns all messages.
		String epoch = this.loaded ? String.valueOf(newest.epoch()) : "";
		return this.node.call(RedisScript.READ, this.channel.keys(), newEpoch(), epoch, String.valueOf(newest.offset()))
			.thenCompose((answer) -> {
				String state = String.valueOf(answer.get(0));
				if (state.equals("missing")) {
					return this.logs.revive(this.channel).thenCompose((exists) -> exists ? read() : closeWithoutRead());
				}
				if (state.equals("closed")) {
					return closeWithoutRead();
				}
				try {
					boolean all = !epoch.equals(answer.get(1));
					LogAnswer log = LogAnswer.of(this.channel.id(), this.channel.settings().format(), answer);
					if (log.unknown() > 0) {
						this.node.unknownData().warn("entries of '" + this.channel.keys()[1] + "'");
					}
					apply(log, all, receiving);
					return CompletableFuture.completedFuture(null);
				}
				catch (IllegalArgumentException ex) {
					// Comet has not written these keys.
					this.node.unknownData().warn(ex);
					return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
				}
			});
	}

	/**
	 * A random epoch, for a channel that must begin another one.
	 */
	static String newEpoch() {
		return String.valueOf(ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1));
	}

	private void apply(LogAnswer answer, boolean all, boolean receiving) {
		synchronized (this.lock) {
			this.lastUpdate = System.nanoTime();
			if (this.complete || (!all && !this.loaded)) {
				// The copy that the answer continues has been discarded. The next
				// follower reads again.
				return;
			}
			if (!this.loaded || answer.newest().epoch() != newest().epoch()) {
				replace(answer);
			}
			else {
				extend(answer);
			}
			noteEnd(answer.newest());
			this.loaded = this.subscribed;
			this.stale = !receiving;
			settle();
			if (answer.closed()) {
				this.complete = true;
				finish();
			}
		}
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
		noteEnd(position);
		this.live.tryEmitNext(Publication.CHANGE);
	}

	/**
	 * Replaces the copy, which is empty or ends in another epoch than the channel.
	 */
	private void replace(LogAnswer answer) {
		this.copy.reset(new Position(answer.newest().epoch(), 0));
		for (LogAnswer.Entry entry : answer.entries()) {
			Position position = entry.message().position();
			if (position.offset() != newest().offset() + 1) {
				this.copy.reset(new Position(position.epoch(), position.offset() - 1));
			}
			this.copy.add(entry.message(), entry.time());
		}
		if (newest().offset() != answer.newest().offset()) {
			this.copy.reset(answer.newest());
		}
		else if (newest().epoch() != answer.newest().epoch()) {
			this.copy.begin(answer.newest().epoch());
		}
		this.end = newest();
		if (this.loaded) {
			this.live.tryEmitNext(Publication.CHANGE);
		}
		for (LogAnswer.Entry entry : answer.entries()) {
			Delivery delivery = this.deliveries.take(entry.nonce());
			if (delivery != null) {
				announce(entry.message(), delivery);
			}
		}
	}

	private void add(Message message, long time, String nonce) {
		this.copy.add(message, time);
		noteEnd(message.position());
		announce(message, this.deliveries.take(nonce));
	}

	private void announce(Message message, @Nullable Delivery delivery) {
		this.live.tryEmitNext(new Publication(message, delivery));
		if (delivery != null) {
			delivery.accepted(message.position());
		}
	}

	/**
	 * Receives a message of the feed.
	 */
	private void receive(String text) {
		FeedMessage message = FeedMessage.parse(text);
		if (message == null) {
			this.node.unknownData().warn("feed '" + this.channel.feed() + "'");
			return;
		}
		synchronized (this.lock) {
			if (!this.subscribed) {
				return;
			}
			this.lastUpdate = System.nanoTime();
			if (this.loaded && newest().epoch() == message.position().epoch() && take(message)) {
				return;
			}
		}
		// A hole, another epoch, or the first read is not complete
		catchUp();
	}

	/**
	 * Adds a message of the feed, unless the copy has it.
	 * @return {@code false} if messages before it are missing
	 */
	private boolean take(FeedMessage message) {
		long ahead = message.position().offset() - newest().offset();
		String data = message.data();
		if (data == null && ahead <= 0) {
			this.complete = true;
			finish();
		}
		else if (data != null && ahead == 1) {
			add(new Message(this.channel.id(), message.position(), data, this.channel.settings().format(), false),
					this.lastUpdate, message.nonce());
		}
		else if (ahead > 0) {
			noteEnd(message.position());
			if (data != null && !this.node.has(Safeguard.HOLE_CHECK)) {
				this.copy.reset(new Position(newest().epoch(), message.position().offset() - 1));
				return take(message);
			}
			return false;
		}
		return true;
	}

	private void noteEnd(Position position) {
		if (position.epoch() == newest().epoch()
				&& (this.end.epoch() != position.epoch() || !this.end.covers(position))) {
			this.end = position;
		}
	}

	private void settle() {
		this.deliveries.settle((position) -> this.closed || !this.loaded || position.epoch() != newest().epoch()
				|| newest().covers(position));
	}

	/**
	 * Closes the log of a channel that has ended and can no longer be read.
	 */
	private CompletableFuture<Void> closeWithoutRead() {
		synchronized (this.lock) {
			if (!this.closed && this.loaded && (this.stale || !newest().covers(this.end))) {
				// The copy may lack the last messages.
				skipTo(new Position(Long.parseLong(newEpoch()), 0));
				this.end = newest();
			}
			this.complete = true;
			finish();
		}
		return CompletableFuture.completedFuture(null);
	}

	private void finish() {
		if (!this.closed) {
			this.closed = true;
			settle();
			this.live.tryEmitComplete();
			unfollow();
		}
	}

	/**
	 * Closes the log, since the channel has ended. Reads the messages that the copy lacks
	 * before, if it has readers.
	 */
	CompletableFuture<Void> close() {
		synchronized (this.lock) {
			this.stale = true;
			if (!this.subscribed) {
				finish();
			}
			if (this.closed) {
				return CompletableFuture.completedFuture(null);
			}
		}
		// If that fails, the next read closes the log.
		return catchUp().exceptionally((ex) -> null);
	}

	// Publishing

	Delivery await(String nonce) {
		synchronized (this.lock) {
			return this.deliveries.await(nonce);
		}
	}

	void forget(String nonce) {
		synchronized (this.lock) {
			this.deliveries.forget(nonce);
		}
	}

	void published(String nonce, Position position) {
		synchronized (this.lock) {
			this.deliveries.published(nonce, position);
			settle();
		}
	}

	/**
	 * Records that this node has published a message.
	 * @return completes with its position, when the known end is not before it
	 */
	CompletableFuture<Position> appended(Position position) {
		synchronized (this.lock) {
			if (newest().epoch() != position.epoch() && !this.loaded) {
				this.copy.reset(new Position(position.epoch(), 0));
			}
			if (newest().epoch() == position.epoch()) {
				noteEnd(position);
				return CompletableFuture.completedFuture(position);
			}
		}
		// The known end is of another epoch.
		return catchUp().handle((caughtUp, ex) -> position);
	}

	// The copy

	Position newest() {
		return this.copy.newest();
	}

	Position end() {
		return this.end;
	}

	int size() {
		synchronized (this.lock) {
			this.copy.trim(System.nanoTime());
			return this.copy.size();
		}
	}

	@Nullable Position locate(Cursor start) {
		synchronized (this.lock) {
			return this.copy.locate(this.channel.id(), start);
		}
	}

	Replay read(@Nullable Position after, int most) {
		synchronized (this.lock) {
			this.copy.trim(System.nanoTime());
			return this.copy.read(after, this.end, most);
		}
	}

	Flux<Publication> live() {
		return Flux.defer(() -> this.closed ? Flux.empty() : this.live.asFlux());
	}

}
