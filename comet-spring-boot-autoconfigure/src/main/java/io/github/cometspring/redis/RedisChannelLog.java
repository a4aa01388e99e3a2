package io.github.cometspring.redis;

import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A channel on Redis, as this node sees it: what is published goes there by one call of a
 * script, and what is read comes from a copy, which is there while somebody reads.
 * Thread-safe.
 */
final class RedisChannelLog implements ChannelLog {

	/**
	 * How many messages are kept for readers that are listening, and for nodes that fall
	 * behind, however small the history is.
	 */
	static final int LIVE_TAIL = 64;

	private final Registration registration;

	private final RedisLogs logs;

	private final RedisNode node;

	private final String[] keys;

	private final String feed;

	private final FollowedLog here;

	private final AtomicInteger subscribers = new AtomicInteger();

	private volatile Confirmation confirmation;

	RedisChannelLog(Registration registration, RedisLogs logs, RedisNode node, Confirmation confirmation) {
		this.registration = registration;
		this.logs = logs;
		this.node = node;
		this.keys = node.keys().channel(registration.instance());
		this.feed = node.keys().feed(registration.instance());
		this.confirmation = confirmation;
		this.here = new FollowedLog(this, logs, node, mostForListeners());
	}

	private int mostForListeners() {
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

	String[] keys() {
		return this.keys;
	}

	String feed() {
		return this.feed;
	}

	/**
	 * Notes when the registry has told that the channel lives, or that it has ended.
	 */
	void confirm(Confirmation confirmation) {
		this.confirmation = confirmation;
	}

	Confirmation confirmation() {
		return this.confirmation;
	}

	// The copy

	@Override
	public Mono<Void> prepare(Cursor start) {
		return Mono.defer(() -> isReady(start) ? Mono.empty() : Mono.fromFuture(follow(), true));
	}

	boolean isReady(Cursor start) {
		return this.here.isReady(start);
	}

	boolean isFresh() {
		return this.here.isFresh();
	}

	CompletableFuture<Void> follow() {
		return this.here.follow();
	}

	/**
	 * Follows the channel no more, if nobody has listened for a while.
	 * @param linger how long, in nanoseconds
	 */
	void unfollowIfUnused(long linger) {
		if (this.subscribers.get() == 0) {
			this.here.unfollowIfUnused(linger);
		}
	}

	void doubt() {
		this.here.doubt();
	}

	boolean isDue(long quiet) {
		return this.here.isDue(quiet);
	}

	CompletableFuture<Void> catchUp() {
		return this.here.catchUp();
	}

	@Override
	public Position newest() {
		return this.here.newest();
	}

	@Override
	public Position end() {
		return this.here.knownEnd();
	}

	@Override
	public int retained() {
		return Math.min(this.here.size(), settings().historySize());
	}

	@Override
	public boolean isClosed() {
		return this.here.isClosed();
	}

	@Override
	public @Nullable Position locate(Cursor start) {
		Position now = ChannelLog.super.locate(start);
		return (now != null) ? now : this.here.locate(start);
	}

	@Override
	public Replay read(Position after) {
		return this.here.read(after, settings().historySize());
	}

	@Override
	public Replay readLive(Position after) {
		return this.here.read(after, mostForListeners());
	}

	@Override
	public Replay readAll() {
		return this.here.read(null, settings().historySize());
	}

	@Override
	public Flux<Publication> live() {
		return this.here.live();
	}

	@Override
	public int subscribers() {
		return this.subscribers.get();
	}

	@Override
	public void join() {
		this.subscribers.incrementAndGet();
		this.here.ensureFollowed();
	}

	@Override
	public void leave() {
		touch();
		this.subscribers.decrementAndGet();
	}

	@Override
	public boolean touch() {
		this.here.use();
		this.logs.used(this);
		return !isClosed();
	}

	// What needs no copy

	@Override
	public Mono<Position> append(String data) {
		return Mono.defer(() -> Mono.fromFuture(publish(data, ""), true));
	}

	private CompletableFuture<Position> publish(String data, String nonce) {
		this.logs.used(this);
		String age = String.valueOf(Math.max(1, settings().historyMaxAge().toMillis()));
		return this.node
			.call(RedisScript.APPEND, this.keys, FollowedLog.anyEpoch(), data, nonce,
					String.valueOf(mostForListeners()), age, this.feed)
			.thenCompose((answer) -> answered(answer, () -> publish(data, nonce)));
	}

	private CompletableFuture<Position> answered(List<Object> answer, Supplier<CompletableFuture<Position>> again) {
		return switch (String.valueOf(answer.get(0))) {
			case "done" -> this.here.appended(LogAnswer.position(answer.get(1), answer.get(2)));
			case "missing" -> this.logs.revive(this).thenCompose((lives) -> lives ? again.get() : refuse());
			default -> refuse();
		};
	}

	private CompletableFuture<Position> refuse() {
		this.here.end();
		return CompletableFuture.failedFuture(new ChannelClosedException(id()));
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			String nonce = UUID.randomUUID().toString();
			Delivery delivery = this.here.await(nonce);
			return Mono.fromFuture(publish(data, nonce), true)
				.doOnError((ex) -> this.here.forget(nonce))
				.flatMap((position) -> {
					this.here.locate(nonce, position);
					return delivery.outcome();
				});
		});
	}

	@Override
	public Mono<Void> close() {
		return Mono
			.defer(() -> Mono.fromFuture(this.logs.close(this).<Void>thenCompose((ended) -> this.here.end()), true));
	}

	/**
	 * When it was last known whether the channel lives.
	 *
	 * @param life the life of the registry that told
	 * @param run the run of the server
	 * @param ended whether it is known to have ended
	 */
	record Confirmation(String life, String run, boolean ended) {

		/**
		 * The same, of another life of the registry.
		 */
		Confirmation in(String life) {
			return this.life.equals(life) ? this : new Confirmation(life, this.run, this.ended);
		}

	}

}
