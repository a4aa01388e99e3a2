package io.github.cometspring.foreign;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Publication;
import io.github.cometspring.channel.Replay;
import io.github.cometspring.foreign.ForeignCluster.Entry;
import io.github.cometspring.foreign.ForeignCluster.Snapshot;
import io.github.cometspring.foreign.ForeignCluster.Stored;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A node's copy of a channel, which a feed fills. The lock guards the copy and the order
 * of the live feed. One class, as all of it is under the one lock.
 */
final class ForeignLog implements ChannelLog {

	private final ForeignCluster cluster;

	private final Stored stored;

	private final ForeignBroker node;

	private final ForeignCluster.Feed feed;

	private final Object lock = new Object();

	private final List<Message> messages = new ArrayList<>();

	private final Map<String, Pending> pending = new HashMap<>();

	private final Sinks.Many<Publication> live = Sinks.unsafe().many().multicast().directBestEffort();

	private final AtomicInteger subscribers = new AtomicInteger();

	private int generation;

	private boolean followed;

	private volatile Position newest;

	private volatile Position end;

	private volatile boolean closed;

	ForeignLog(ForeignCluster cluster, Stored stored, ForeignBroker node) {
		this.cluster = cluster;
		this.stored = stored;
		this.node = node;
		this.feed = (entry) -> node.enqueue(this, entry);
		this.newest = new Position(stored.top().epoch(), 0);
		this.end = this.newest;
	}

	@Override
	public String id() {
		return this.stored.id;
	}

	@Override
	public ChannelSettings settings() {
		return this.stored.settings;
	}

	// The feed

	@Override
	public Mono<Void> prepare(Cursor start) {
		return this.cluster.<Snapshot>call(this::follow).doOnNext(this::prepared).then();
	}

	/**
	 * From the cluster: missing messages, and from now on new ones.
	 */
	Snapshot follow() {
		return this.cluster.follow(this.stored, this.newest, this.feed);
	}

	/**
	 * Records the end of the channel. The messages come by the feed, except for the first
	 * snapshot and after a change of the epoch.
	 */
	void prepared(Snapshot snapshot) {
		synchronized (this.lock) {
			if (!this.followed || snapshot.generation() > this.generation || snapshot.closed()) {
				apply(snapshot);
			}
			else if (snapshot.generation() == this.generation) {
				noteEnd(snapshot.top());
			}
		}
	}

	/**
	 * Takes an entry of the feed.
	 */
	void receive(@Nullable Entry entry) {
		synchronized (this.lock) {
			if (entry != null && this.newest.covers(entry.position())) {
				return;
			}
			if (entry != null && this.newest.equals(before(entry.position()))) {
				add(entry);
				return;
			}
		}
		catchUp();
	}

	private static Position before(Position position) {
		return new Position(position.epoch(), position.offset() - 1);
	}

	/**
	 * Fetches messages that the feed has not brought.
	 */
	void catchUp() {
		this.cluster.<Snapshot>call(this::follow)
			.filter((snapshot) -> !this.node.isHeld())
			.subscribe(this::apply, (ex) -> {
				// Unavailable: the next check tries again.
			});
	}

	boolean isFollowed() {
		synchronized (this.lock) {
			return this.followed && !this.closed;
		}
	}

	private void apply(Snapshot snapshot) {
		synchronized (this.lock) {
			if (snapshot.generation() < this.generation) {
				return;
			}
			boolean first = !this.followed;
			this.followed = true;
			this.generation = snapshot.generation();
			List<Entry> entries = snapshot.entries()
				.stream()
				.filter((entry) -> !this.newest.covers(entry.position()))
				.toList();
			Position next = entries.isEmpty() ? snapshot.top() : before(entries.get(0).position());
			if (!this.newest.covers(next)) {
				this.messages.clear();
				this.newest = next;
				this.end = next;
				noteEnd(snapshot.top());
				if (!first) {
					this.live.tryEmitNext(Publication.CHANGE);
				}
			}
			entries.forEach(this::add);
			completeLost();
			if (snapshot.closed() && !this.closed) {
				this.closed = true;
				this.live.tryEmitComplete();
			}
		}
	}

	private void add(Entry entry) {
		Message message = new Message(id(), entry.position(), entry.data(), settings().format(), false);
		this.messages.add(message);
		if (this.messages.size() > Math.max(ForeignCluster.TAIL, settings().historySize())) {
			this.messages.remove(0);
		}
		this.newest = entry.position();
		noteEnd(entry.position());
		Pending pending = this.pending.remove(String.valueOf(entry.nonce()));
		this.live.tryEmitNext(new Publication(message, (pending != null) ? pending.delivery : null));
		if (pending != null) {
			pending.delivery.accepted(entry.position());
		}
	}

	private void noteEnd(Position position) {
		if (position.epoch() == this.end.epoch() && !this.end.covers(position)) {
			this.end = position;
		}
	}

	/**
	 * Completes the deliveries of messages that will not arrive.
	 */
	private void completeLost() {
		this.pending.values().removeIf((pending) -> {
			Position position = pending.position;
			boolean over = position != null
					&& (position.epoch() != this.newest.epoch() || this.newest.covers(position));
			if (over) {
				pending.delivery.accepted(position);
			}
			return over;
		});
	}

	// The copy

	@Override
	public Position newest() {
		return this.newest;
	}

	@Override
	public Position end() {
		return this.end;
	}

	@Override
	public int retained() {
		synchronized (this.lock) {
			return Math.min(this.messages.size(), settings().historySize());
		}
	}

	@Override
	public boolean isClosed() {
		return this.closed;
	}

	@Override
	public Replay read(Position after) {
		return read(after, settings().historySize());
	}

	@Override
	public Replay readLive(Position after) {
		return read(after, Math.max(ForeignCluster.TAIL, settings().historySize()));
	}

	@Override
	public Replay readAll() {
		return read(null, settings().historySize());
	}

	private Replay read(@Nullable Position after, int most) {
		synchronized (this.lock) {
			List<Message> kept = this.messages.subList(Math.max(0, this.messages.size() - most), this.messages.size());
			if (after == null) {
				return new Replay(List.copyOf(kept), false, this.newest);
			}
			if (!this.newest.covers(after) && this.end.covers(after)) {
				// Not here yet
				return new Replay(List.of(), false, after);
			}
			Position beforeFirst = kept.isEmpty() ? this.newest : before(kept.get(0).position());
			if (!this.newest.covers(after) || !after.covers(beforeFirst)) {
				return new Replay(List.copyOf(kept), true, this.newest);
			}
			return new Replay(kept.stream().filter((message) -> !after.covers(message.position())).toList(), false,
					this.newest);
		}
	}

	@Override
	public Flux<Publication> live() {
		return this.live.asFlux();
	}

	@Override
	public int subscribers() {
		return this.subscribers.get();
	}

	@Override
	public void join() {
		this.subscribers.incrementAndGet();
	}

	@Override
	public void leave() {
		this.subscribers.decrementAndGet();
	}

	// Operations without a copy

	@Override
	public Mono<Position> append(String data) {
		return this.cluster.<Position>call(() -> this.cluster.append(this.stored, data, null)).doOnNext(this::appended);
	}

	private void appended(Position position) {
		synchronized (this.lock) {
			noteEnd(position);
		}
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			String nonce = UUID.randomUUID().toString();
			Pending pending = new Pending(new Delivery());
			synchronized (this.lock) {
				this.pending.put(nonce, pending);
			}
			return this.cluster.<Position>call(() -> this.cluster.append(this.stored, data, nonce))
				.doOnError((ex) -> forget(nonce))
				.flatMap((position) -> {
					synchronized (this.lock) {
						noteEnd(position);
						pending.position = position;
						if (!this.followed && this.pending.remove(nonce) != null) {
							// There is no reader on this node.
							pending.delivery.accepted(position);
						}
						completeLost();
					}
					return pending.delivery.outcome();
				});
		});
	}

	private void forget(String nonce) {
		synchronized (this.lock) {
			this.pending.remove(nonce);
		}
	}

	@Override
	public Mono<Void> close() {
		return this.cluster.<Boolean>call(() -> this.cluster.close(this.stored)).then();
	}

	/**
	 * A delivery whose message has not arrived by the feed yet.
	 */
	private static final class Pending {

		private final Delivery delivery;

		private @Nullable Position position;

		private Pending(Delivery delivery) {
			this.delivery = delivery;
		}

	}

}
