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
 * The copy of a channel that a node has while somebody reads it here. The feed brings
 * what is published, with its position; a hole, another epoch and whatever may have been
 * lost make the node look, once for all readers.
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

	private final CatchUp catchUp = new CatchUp(this::look);

	private final AwaitedDeliveries deliveries = new AwaitedDeliveries();

	private final Sinks.Many<Publication> live = Sinks.unsafe().many().multicast().directBestEffort();

	/** Whether the feed is subscribed to. */
	private boolean subscribed;

	/** Whether there is a copy that the feed keeps up to date. */
	private volatile boolean followed;

	/** Whether the feed may have lost something since the last look. */
	private volatile boolean stale;

	private volatile Position end;

	private volatile boolean closed;

	/** Whether this node has all that came before the end. */
	private volatile boolean complete;

	private volatile long lastHeard = System.nanoTime();

	private volatile long lastUsed = this.lastHeard;

	FollowedLog(RedisChannelLog channel, RedisLogs logs, RedisNode node, int capacity) {
		this.channel = channel;
		this.logs = logs;
		this.node = node;
		this.end = new Position(channel.registration().epoch(), 0);
		this.copy = new LogCopy(this.end, capacity, channel.settings().historyMaxAge().toNanos());
	}

	// Following

	/**
	 * Whether the feed keeps the copy up to date, and would tell if the channel ended.
	 */
	boolean isFresh() {
		return this.followed && !this.stale && this.node.isHearing();
	}

	boolean isClosed() {
		return this.closed;
	}

	/**
	 * Whether a reader may begin without another look. If so, the channel is followed for
	 * some more time.
	 */
	boolean isReady(Cursor start) {
		synchronized (this.lock) {
			use();
			return this.closed ? this.complete : isFresh() && knows(start);
		}
	}

	private boolean knows(Cursor start) {
		String id = this.channel.id();
		if (!start.knows(id)) {
			return true;
		}
		OptionalLong offset = start.offset(id, newest().epoch());
		return this.end.epoch() == newest().epoch() && offset.isPresent() && offset.getAsLong() <= this.end.offset();
	}

	/**
	 * Notes that somebody is interested.
	 */
	void use() {
		this.lastUsed = System.nanoTime();
	}

	/**
	 * Follows the channel if nobody does who should.
	 */
	void ensureFollowed() {
		if (!this.followed && !this.closed) {
			follow();
		}
	}

	/**
	 * Follows the channel from now on, and looks what there is.
	 */
	CompletableFuture<Void> follow() {
		synchronized (this.lock) {
			use();
			if (this.subscribed || this.closed) {
				return catchUp();
			}
			this.subscribed = true;
			this.logs.followed(this.channel);
			return this.node.feed().subscribe(this.channel.feed(), this::receive).exceptionally((ex) -> {
				// It is heard with the next connection, and then there is another look.
				this.stale = true;
				return null;
			}).thenCompose((heard) -> catchUp());
		}
	}

	/**
	 * Follows the channel no more, if nobody has been interested for a while.
	 * @param linger how long, in nanoseconds
	 */
	void unfollowIfUnused(long linger) {
		synchronized (this.lock) {
			if (System.nanoTime() - this.lastUsed < linger) {
				return;
			}
			if (this.live.currentSubscriberCount() > 0) {
				// Those without clients retire by this.
				this.live.tryEmitNext(Publication.CHANGE);
			}
			if (this.live.currentSubscriberCount() == 0) {
				unfollow();
				this.copy.reset(newest());
			}
		}
	}

	private void unfollow() {
		this.followed = false;
		this.subscribed = false;
		this.logs.unfollowed(this.channel);
		this.node.feed().unsubscribe(this.channel.feed());
	}

	/**
	 * Notes that the feed may have lost something.
	 */
	void doubt() {
		this.stale = true;
	}

	/**
	 * Whether a look is due.
	 * @param quiet how long the feed may bring nothing, in nanoseconds
	 */
	boolean isDue(long quiet) {
		return this.stale || System.nanoTime() - this.lastHeard > quiet;
	}

	/**
	 * Looks for what this node does not have.
	 * @return completes when it has what the channel had when this was called
	 */
	CompletableFuture<Void> catchUp() {
		return this.catchUp.run();
	}

	private CompletableFuture<Void> look() {
		Position newest = newest();
		boolean heard = this.node.isHearing();
		// Without a copy, all there is
		String epoch = this.followed ? String.valueOf(newest.epoch()) : "";
		return this.node.call(RedisScript.READ, this.channel.keys(), anyEpoch(), epoch, String.valueOf(newest.offset()))
			.thenCompose((answer) -> {
				String state = String.valueOf(answer.get(0));
				if (state.equals("missing")) {
					return this.logs.revive(this.channel).thenCompose((lives) -> lives ? look() : vanished());
				}
				if (state.equals("closed")) {
					return vanished();
				}
				try {
					boolean all = !epoch.equals(answer.get(1));
					LogAnswer read = LogAnswer.of(this.channel.id(), this.channel.settings().format(), answer);
					if (read.strange() > 0) {
						this.node.strange().warn("entries of '" + this.channel.keys()[1] + "'");
					}
					apply(read, all, heard);
					return CompletableFuture.completedFuture(null);
				}
				catch (IllegalArgumentException ex) {
					// Nobody here has written this.
					this.node.strange().warn(ex);
					return CompletableFuture.failedFuture(new BrokerUnavailableException(ex));
				}
			});
	}

	/**
	 * An epoch for a channel that has to begin one.
	 */
	static String anyEpoch() {
		return String.valueOf(ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1));
	}

	private void apply(LogAnswer answer, boolean all, boolean heard) {
		synchronized (this.lock) {
			this.lastHeard = System.nanoTime();
			if (this.complete || (!all && !this.followed)) {
				// What it is the rest of is gone meanwhile; whoever follows now looks
				// again.
				return;
			}
			if (!this.followed || answer.top().epoch() != newest().epoch()) {
				replace(answer);
			}
			else {
				extend(answer);
			}
			noteEnd(answer.top());
			this.followed = this.subscribed;
			this.stale = !heard;
			settle();
			if (answer.closed()) {
				this.complete = true;
				finish();
			}
		}
	}

	/**
	 * Adds what the feed has not brought.
	 */
	private void extend(LogAnswer answer) {
		for (LogAnswer.Entry entry : answer.entries()) {
			long ahead = entry.message().position().offset() - newest().offset();
			if (ahead > 1) {
				lose(new Position(newest().epoch(), entry.message().position().offset() - 1));
			}
			if (ahead > 0) {
				add(entry.message(), entry.time(), entry.nonce());
			}
		}
		if (newest().offset() < answer.top().offset()) {
			lose(answer.top());
		}
	}

	/**
	 * Messages are gone that this node never had.
	 */
	private void lose(Position position) {
		this.copy.reset(position);
		noteEnd(position);
		this.live.tryEmitNext(Publication.CHANGE);
	}

	/**
	 * Begins the copy, or begins it anew because the channel is in another epoch.
	 */
	private void replace(LogAnswer answer) {
		this.copy.reset(new Position(answer.top().epoch(), 0));
		for (LogAnswer.Entry entry : answer.entries()) {
			Position position = entry.message().position();
			if (position.offset() != newest().offset() + 1) {
				this.copy.reset(new Position(position.epoch(), position.offset() - 1));
			}
			this.copy.add(entry.message(), entry.time());
		}
		if (newest().offset() != answer.top().offset()) {
			this.copy.reset(answer.top());
		}
		else if (newest().epoch() != answer.top().epoch()) {
			this.copy.begin(answer.top().epoch());
		}
		this.end = newest();
		if (this.followed) {
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
	 * Takes what the feed brings.
	 */
	private void receive(String text) {
		FeedMessage news = FeedMessage.parse(text);
		if (news == null) {
			this.node.strange().warn("feed '" + this.channel.feed() + "'");
			return;
		}
		synchronized (this.lock) {
			if (!this.subscribed) {
				return;
			}
			this.lastHeard = System.nanoTime();
			if (this.followed && newest().epoch() == news.position().epoch() && take(news)) {
				return;
			}
		}
		// A hole, another epoch, or the first look is not over
		catchUp();
	}

	/**
	 * Takes what follows upon the copy, or is in it.
	 * @return {@code false} if something is missing before it
	 */
	private boolean take(FeedMessage news) {
		long ahead = news.position().offset() - newest().offset();
		String data = news.data();
		if (data == null && ahead <= 0) {
			this.complete = true;
			finish();
		}
		else if (data != null && ahead == 1) {
			add(new Message(this.channel.id(), news.position(), data, this.channel.settings().format(), false),
					this.lastHeard, news.nonce());
		}
		else if (ahead > 0) {
			noteEnd(news.position());
			if (data != null && !this.node.has(Safeguard.HOLE_CHECK)) {
				this.copy.reset(new Position(newest().epoch(), news.position().offset() - 1));
				return take(news);
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
		this.deliveries.settle((position) -> this.closed || !this.followed || position.epoch() != newest().epoch()
				|| newest().covers(position));
	}

	/**
	 * The channel has ended, and what it had can be read no more.
	 */
	private CompletableFuture<Void> vanished() {
		synchronized (this.lock) {
			if (!this.closed && this.followed && (this.stale || !newest().covers(this.end))) {
				// What came last here is not known.
				lose(new Position(Long.parseLong(anyEpoch()), 0));
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
	 * The channel has ended; readers here are given the rest.
	 */
	CompletableFuture<Void> end() {
		synchronized (this.lock) {
			this.stale = true;
			if (!this.subscribed) {
				finish();
			}
			if (this.closed) {
				return CompletableFuture.completedFuture(null);
			}
		}
		// If that fails, the next look finds out.
		return catchUp().exceptionally((ex) -> null);
	}

	// What is published here

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

	void locate(String nonce, Position position) {
		synchronized (this.lock) {
			this.deliveries.locate(nonce, position);
			settle();
		}
	}

	/**
	 * Notes that this node has published a message.
	 * @return completes with its position, when the end is not before it
	 */
	CompletableFuture<Position> appended(Position position) {
		synchronized (this.lock) {
			if (newest().epoch() != position.epoch() && !this.followed) {
				this.copy.reset(new Position(position.epoch(), 0));
			}
			if (newest().epoch() == position.epoch()) {
				noteEnd(position);
				return CompletableFuture.completedFuture(position);
			}
		}
		// The end that this node knows is of another epoch.
		return catchUp().handle((caughtUp, ex) -> position);
	}

	// The copy

	Position newest() {
		return this.copy.newest();
	}

	Position knownEnd() {
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
