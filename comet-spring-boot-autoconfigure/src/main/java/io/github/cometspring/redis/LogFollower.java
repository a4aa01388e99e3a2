package io.github.cometspring.redis;

import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;

/**
 * Follows a channel while this node has readers of it: subscribes to its feed, and reads
 * its log on Redis if a message of the feed does not follow the last one, is of another
 * epoch, or may have been lost. One read serves all readers.
 * <p>
 * Thread-safe. The lock is that of the {@link LocalLog}: the subscription changes under
 * it, so that a feed that was unsubscribed from does not extend the log.
 */
final class LogFollower {

	private final RedisChannelLog channel;

	private final LocalLog log;

	private final RedisLogs logs;

	private final RedisNode node;

	private final CatchUp catchUp = new CatchUp(this::read);

	/** Whether the feed is subscribed to. */
	private boolean subscribed;

	private volatile long lastUpdate = System.nanoTime();

	private volatile long lastUsed = this.lastUpdate;

	LogFollower(RedisChannelLog channel, LocalLog log, RedisLogs logs, RedisNode node) {
		this.channel = channel;
		this.log = log;
		this.logs = logs;
		this.node = node;
	}

	/**
	 * Whether the copy is up to date, and this node is notified of messages and of the
	 * end of the channel.
	 */
	boolean isFresh() {
		return this.log.isLoaded() && !this.log.isStale() && this.node.isSubscribed();
	}

	/**
	 * Whether a reader at a cursor can begin without a read of the log on Redis. Keeps
	 * the channel followed for a while.
	 */
	boolean isReady(Cursor start) {
		synchronized (this.log) {
			markUsed();
			return this.log.isReady(start, this.node.isSubscribed());
		}
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
		if (!this.log.isLoaded() && !this.log.isClosed()) {
			follow();
		}
	}

	/**
	 * Follows the channel: subscribes to its feed and reads its log.
	 */
	CompletableFuture<Void> follow() {
		synchronized (this.log) {
			markUsed();
			if (this.subscribed || this.log.isClosed()) {
				return catchUp();
			}
			this.subscribed = true;
			this.logs.followed(this.channel);
			return this.node.feeds().subscribe(this.channel.feed(), this::receive).exceptionally((ex) -> {
				// The next connection subscribes to the feed, and the log is read again.
				this.log.markStale();
				return null;
			}).thenCompose((confirmed) -> catchUp());
		}
	}

	/**
	 * Stops following the channel, if it has been unused for long enough.
	 * @param linger how long, in nanoseconds
	 */
	void unfollowIfUnused(long linger) {
		synchronized (this.log) {
			if (System.nanoTime() - this.lastUsed >= linger && this.log.discardIfUnused()) {
				unsubscribe();
			}
		}
	}

	private void unsubscribe() {
		if (this.subscribed) {
			this.subscribed = false;
			this.logs.unfollowed(this.channel);
			this.node.feeds().unsubscribe(this.channel.feed());
		}
	}

	private void unsubscribeIfClosed() {
		if (this.log.isClosed()) {
			unsubscribe();
		}
	}

	private void receive(String text) {
		FeedMessage message = FeedMessage.parse(text);
		if (message == null) {
			this.node.unknownData().warn("feed '" + this.channel.feed() + "'");
			return;
		}
		synchronized (this.log) {
			if (!this.subscribed) {
				return;
			}
			long now = System.nanoTime();
			this.lastUpdate = now;
			boolean received = this.log.receive(message, now);
			unsubscribeIfClosed();
			if (received) {
				return;
			}
		}
		catchUp();
	}

	/**
	 * Whether the log must be read again.
	 * @param maxSilence how long the feed may be silent, in nanoseconds
	 */
	boolean needsRead(long maxSilence) {
		return this.log.isStale() || System.nanoTime() - this.lastUpdate > maxSilence;
	}

	/**
	 * Reads the messages that the copy lacks.
	 * @return completes when the copy has all messages that the channel had at this call
	 */
	CompletableFuture<Void> catchUp() {
		return this.catchUp.run();
	}

	private CompletableFuture<Void> read() {
		Position newest = this.log.newest();
		boolean receiving = this.node.isSubscribed();
		// Without an epoch, the script returns all messages.
		String epoch = this.log.isLoaded() ? String.valueOf(newest.epoch()) : "";
		return this.node
			.call(RedisScript.READ, this.channel.keys(), String.valueOf(Registration.newEpoch()), epoch,
					String.valueOf(newest.offset()))
			.thenCompose((answer) -> switch (String.valueOf(answer.get(0))) {
				case "missing" ->
					this.logs.revive(this.channel).thenCompose((exists) -> exists ? read() : closeWithoutRead());
				case "closed" -> closeWithoutRead();
				default -> apply(answer, epoch, receiving);
			});
	}

	private CompletableFuture<Void> apply(List<Object> answer, String epoch, boolean receiving) {
		try {
			LogAnswer read = LogAnswer.of(this.channel.registration(), epoch, answer);
			if (read.unknown() > 0) {
				this.node.unknownData().warn("entries of '" + this.channel.keys()[1] + "'");
			}
			boolean applied;
			synchronized (this.log) {
				this.lastUpdate = System.nanoTime();
				applied = this.log.apply(read, this.subscribed, receiving);
				unsubscribeIfClosed();
			}
			return applied ? CompletableFuture.completedFuture(null) : read();
		}
		catch (IllegalArgumentException ex) {
			// Comet has not written these keys.
			this.node.unknownData().warn(ex);
			return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
		}
	}

	private CompletableFuture<Void> closeWithoutRead() {
		synchronized (this.log) {
			this.log.closeWithoutRead();
			unsubscribeIfClosed();
		}
		return CompletableFuture.completedFuture(null);
	}

	/**
	 * Closes the log, since the channel has ended. Reads the messages that the copy lacks
	 * before, if it has readers.
	 */
	CompletableFuture<Void> close() {
		synchronized (this.log) {
			this.log.markStale();
			if (!this.subscribed) {
				this.log.close();
			}
			if (this.log.isClosed()) {
				return CompletableFuture.completedFuture(null);
			}
		}
		// If that fails, the next read closes the log.
		return catchUp().exceptionally((ex) -> null);
	}

	/**
	 * Records that this node has published a message.
	 * @return completes with its position, when the known end is not before it
	 */
	CompletableFuture<Position> appended(Position position) {
		return this.log.appended(position) ? CompletableFuture.completedFuture(position)
				: catchUp().handle((caughtUp, ex) -> position);
	}

}
