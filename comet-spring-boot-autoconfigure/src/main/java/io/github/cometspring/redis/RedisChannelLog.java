package io.github.cometspring.redis;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.OnceKey;
import io.github.cometspring.channel.OnceOutcome;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.channel.SubscriberListeners;
import io.github.cometspring.redis.RedisRegistry.Known;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A channel on Redis. Messages are published by a {@link LogWriter}, and read from a
 * copy, which this node has while it has readers and a {@link LogFollower} keeps up to
 * date. Thread-safe.
 */
final class RedisChannelLog implements ChannelLog {

	/**
	 * The least number of messages that are kept for connected readers and for nodes that
	 * fall behind, however small the history is.
	 */
	static final int LIVE_TAIL = 64;

	private final Registration registration;

	private final RedisLogs logs;

	private final String[] keys;

	private final String feed;

	private final LocalLog local;

	private final LogFollower follower;

	private final LogWriter writer;

	private final AtomicInteger subscribers = new AtomicInteger();

	private final SubscriberListeners subscriberListeners = new SubscriberListeners();

	private volatile Confirmation confirmation;

	private final EndReport endReport;

	RedisChannelLog(Registration registration, RedisLogs logs, RedisNode node, Confirmation confirmation) {
		this.registration = registration;
		this.logs = logs;
		this.keys = node.keys().channel(registration.instance());
		this.feed = node.keys().feed(registration.instance());
		this.confirmation = confirmation;
		this.endReport = new EndReport(id(), confirmation.ended(), logs.listener());
		this.local = new LocalLog(registration, capacity(), node.has(Safeguard.HOLE_CHECK), this.endReport);
		this.follower = new LogFollower(this, this.local, logs, node);
		this.writer = new LogWriter(this, this.follower, logs, node);
	}

	/**
	 * How many messages Redis and the copy of a node keep.
	 */
	int capacity() {
		return Math.max(LIVE_TAIL, settings().historySize());
	}

	@Override
	public String id() {
		return this.registration.id();
	}

	@Override
	public ChannelSettings settings() {
		return this.registration.settings();
	}

	Registration registration() {
		return this.registration;
	}

	/**
	 * Whether an entry of the registry is that of this channel, and not of another one
	 * that had or has its id.
	 */
	boolean isKnownAs(@Nullable Known known) {
		return known != null && known.registration().instance().equals(this.registration.instance());
	}

	String[] keys() {
		return this.keys;
	}

	String feed() {
		return this.feed;
	}

	/**
	 * Sets the state that the registry has reported last.
	 */
	void confirm(Confirmation confirmation) {
		this.confirmation = confirmation;
	}

	Confirmation confirmation() {
		return this.confirmation;
	}

	EndReport endReport() {
		return this.endReport;
	}

	CompletableFuture<Void> closeCopy() {
		return this.follower.close();
	}

	// The copy

	@Override
	public Mono<Void> prepare(Cursor start) {
		return Mono.defer(() -> isReady(start) ? Mono.empty() : Mono.fromFuture(follow(), true));
	}

	boolean isReady(Cursor start) {
		return this.follower.isReady(start);
	}

	boolean isFresh() {
		return this.follower.isFresh();
	}

	CompletableFuture<Void> follow() {
		return this.follower.follow();
	}

	/**
	 * Stops following the channel, if it has been without readers for long enough.
	 * @param linger how long, in nanoseconds
	 */
	void unfollowIfUnused(long linger) {
		if (this.subscribers.get() == 0) {
			this.follower.unfollowIfUnused(linger);
		}
	}

	void markStale() {
		this.local.markStale();
	}

	boolean needsRead(long maxSilence) {
		return this.follower.needsRead(maxSilence);
	}

	CompletableFuture<Void> catchUp() {
		return this.follower.catchUp();
	}

	@Override
	public Position newest() {
		return this.local.newest();
	}

	@Override
	public Position end() {
		return this.local.end();
	}

	@Override
	public int retained() {
		return Math.min(this.local.size(), settings().historySize());
	}

	@Override
	public boolean isClosed() {
		return this.local.isClosed();
	}

	@Override
	public @Nullable Position locate(Cursor start) {
		Position now = ChannelLog.super.locate(start);
		return (now != null) ? now : this.local.locate(start);
	}

	@Override
	public Replay read(Position after) {
		return this.local.read(after, settings().historySize());
	}

	@Override
	public Replay readLive(Position after) {
		return this.local.read(after, capacity());
	}

	@Override
	public Replay readAll() {
		return this.local.read(null, settings().historySize());
	}

	@Override
	public Flux<Publication> live() {
		return this.local.live();
	}

	@Override
	public int subscribers() {
		return this.subscribers.get();
	}

	@Override
	public Disposable onSubscribersChange(Runnable listener) {
		return this.subscriberListeners.add(listener);
	}

	@Override
	public void join() {
		if (this.subscribers.getAndIncrement() == 0) {
			this.logs.listener().subscribersChanged(this);
		}
		this.follower.ensureFollowed();
		this.subscriberListeners.changed();
	}

	@Override
	public void leave() {
		touch();
		if (this.subscribers.decrementAndGet() == 0) {
			this.logs.listener().subscribersChanged(this);
		}
		this.subscriberListeners.changed();
	}

	@Override
	public boolean touch() {
		this.follower.markUsed();
		this.logs.used(this);
		return !isClosed();
	}

	// Publishing

	@Override
	public Mono<Position> append(String data) {
		return Mono.defer(() -> Mono.fromFuture(this.writer.append(data, ""), true));
	}

	@Override
	public boolean remembersKeys() {
		return true;
	}

	@Override
	public Mono<OnceOutcome> appendOnce(String data, OnceKey key) {
		return Mono.defer(() -> Mono.fromFuture(this.writer.appendOnce(data, key), true));
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			String nonce = UUID.randomUUID().toString();
			Delivery delivery = this.local.await(nonce);
			return Mono.fromFuture(this.writer.append(data, nonce), true)
				.doOnError((ex) -> this.local.forget(nonce))
				.flatMap((position) -> {
					this.local.published(nonce, position);
					return delivery.outcome();
				})
				// No one waits for the receipts any more, but the message is published.
				.doOnCancel(() -> this.local.forget(nonce));
		});
	}

	@Override
	public Mono<Void> close() {
		return Mono.defer(() -> {
			this.endReport.expect(ChannelEnd.CLOSED);
			return Mono.fromFuture(this.logs.close(this).<Void>thenCompose((ended) -> closeCopy()), true);
		});
	}

	/**
	 * The state of the channel, as the registry has reported it.
	 *
	 * @param generation the generation of the registry
	 * @param run the run of the server
	 * @param ended whether the channel has ended
	 */
	record Confirmation(String generation, String run, boolean ended) {
	}

}
