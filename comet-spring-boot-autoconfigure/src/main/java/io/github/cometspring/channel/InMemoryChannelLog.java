package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A channel that lives in the memory of this process. The lock is this object's own
 * {@code history}, which exists for each channel anyhow: it guards the history and the
 * order of the live feed, so that offsets have no holes and everyone sees one order. It
 * also decides when the channel ends: nothing is accepted, and nobody who asks for the
 * channel is given it, from that moment on. The broker then takes it off its list.
 */
final class InMemoryChannelLog extends TimerWheel.Entry<InMemoryChannelLog> implements ChannelLog {

	/**
	 * How many messages are kept for readers that are listening, however small the
	 * history is: what may be published before an event loop gets its turn.
	 */
	static final int LIVE_TAIL = 64;

	/**
	 * Stands in {@code subscribers} beside the count while it is decided whether the
	 * channel ends for want of use, and when it has: who joins then cannot keep it.
	 */
	private static final int UNUSED = Integer.MIN_VALUE;

	private static final AtomicIntegerFieldUpdater<InMemoryChannelLog> SUBSCRIBERS = AtomicIntegerFieldUpdater
		.newUpdater(InMemoryChannelLog.class, "subscribers");

	private static final AtomicLongFieldUpdater<InMemoryChannelLog> LAST_USED = AtomicLongFieldUpdater
		.newUpdater(InMemoryChannelLog.class, "lastUsed");

	private final String id;

	private final ChannelSettings settings;

	private final LogMaintenance upkeep;

	private final Consumer<InMemoryChannelLog> onClose;

	private final MessageHistory history;

	private Sinks.@Nullable Many<Publication> live;

	/**
	 * When it was used, if it has an idle timeout.
	 */
	private volatile long lastUsed;

	private volatile boolean closed;

	@SuppressWarnings("unused") // by the updater
	private volatile int subscribers;

	InMemoryChannelLog(String id, long epoch, ChannelSettings settings, LogMaintenance upkeep,
			Consumer<InMemoryChannelLog> onClose) {
		this.id = id;
		this.history = new MessageHistory(new Position(epoch, 0));
		this.settings = settings;
		this.upkeep = upkeep;
		this.onClose = onClose;
		this.lastUsed = upkeep.now();
	}

	@Override
	public String id() {
		return this.id;
	}

	@Override
	public ChannelSettings settings() {
		return this.settings;
	}

	@Override
	public Position newest() {
		return this.history.newest();
	}

	@Override
	public int retained() {
		synchronized (this.history) {
			trim(this.upkeep.now());
			return inHistory();
		}
	}

	private int inHistory() {
		return Math.min(this.history.size(), this.settings.historySize());
	}

	@Override
	public boolean isClosed() {
		if (this.closed || this.subscribers >= 0) {
			return this.closed;
		}
		// It is being decided. Who has joined meanwhile must hear the truth.
		synchronized (this.history) {
			return this.closed;
		}
	}

	@Override
	public Mono<Position> append(String data) {
		return Mono.fromCallable(() -> publish(data, null));
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			Delivery delivery = new Delivery();
			delivery.accepted(publish(data, delivery));
			return delivery.outcome();
		});
	}

	private Position publish(String data, @Nullable Delivery delivery) {
		synchronized (this.history) {
			if (this.closed) {
				throw new ChannelClosedException(this.id);
			}
			long now = this.upkeep.now();
			Position last = this.history.newest();
			Position position = new Position(last.epoch(), last.offset() + 1);
			Message message = new Message(this.id, position, data, this.settings.format(), false);
			Publication publication = new Publication(message, delivery);
			int before = inHistory();
			boolean first = this.history.size() == 0;
			this.history.append(message, now);
			trim(now, before);
			if (first && this.history.size() > 0) {
				this.upkeep.schedule(this, whenOldestIsTooOld());
			}
			if (this.settings.idleTimeout() != null) {
				// The lock makes it known to whoever asks under it.
				LAST_USED.lazySet(this, now);
			}
			if (this.live != null) {
				// No subscriber at the moment is no failure, and none can overflow.
				this.live.tryEmitNext(publication);
			}
			return position;
		}
	}

	private void trim(long now) {
		trim(now, inHistory());
	}

	private void trim(long now, int before) {
		// A closed log has lost its listeners and not its readers; it goes when they do.
		boolean listening = this.closed || (this.live != null && this.live.currentSubscriberCount() > 0);
		int most = listening ? Math.max(this.settings.historySize(), LIVE_TAIL) : this.settings.historySize();
		this.history.trim(most, now, this.settings.historyMaxAge().toNanos());
		int after = inHistory();
		if (after != before && !this.closed) {
			this.upkeep.retain(after - before);
		}
	}

	private long whenOldestIsTooOld() {
		return this.history.oldestTime() + this.settings.historyMaxAge().toNanos() + 1;
	}

	@Override
	public Replay read(Position after) {
		return read(after, this.settings.historySize());
	}

	@Override
	public Replay readLive(Position after) {
		return read(after, Math.max(this.settings.historySize(), LIVE_TAIL));
	}

	@Override
	public Replay readAll() {
		return read(null, this.settings.historySize());
	}

	private Replay read(@Nullable Position after, int most) {
		synchronized (this.history) {
			trim(this.upkeep.now());
			return this.history.read(after, most);
		}
	}

	@Override
	public Flux<Publication> live() {
		return Flux.defer(() -> {
			synchronized (this.history) {
				if (this.closed) {
					return Flux.empty();
				}
				if (this.live == null) {
					// Emissions are serialized by the lock.
					this.live = Sinks.unsafe().many().multicast().directBestEffort();
				}
				return this.live.asFlux();
			}
		});
	}

	@Override
	public int subscribers() {
		return this.subscribers & ~UNUSED;
	}

	@Override
	public void join() {
		SUBSCRIBERS.incrementAndGet(this);
	}

	@Override
	public void leave() {
		if (this.settings.idleTimeout() != null) {
			// Before it is gone: who finds nobody here finds the time of the last.
			this.lastUsed = this.upkeep.now();
		}
		SUBSCRIBERS.decrementAndGet(this);
	}

	@Override
	public boolean touch() {
		if (this.settings.idleTimeout() != null) {
			this.lastUsed = this.upkeep.now();
		}
		// In this order: the use is seen by whoever has yet to decide, or the decision
		// here.
		return !isClosed();
	}

	@Override
	public Mono<Void> close() {
		return Mono.fromRunnable(() -> {
			synchronized (this.history) {
				finish();
			}
			this.onClose.accept(this);
		});
	}

	private void finish() {
		if (!this.closed) {
			this.upkeep.retain(-inHistory());
			this.closed = true;
		}
	}

	/**
	 * Completes the live feed. The channel has ended, and the broker has removed it.
	 */
	void terminate() {
		synchronized (this.history) {
			if (this.live != null) {
				this.live.tryEmitComplete();
			}
		}
	}

	/**
	 * Joins those that are looked at when they are due, now that it is on the list of the
	 * broker.
	 */
	void begin() {
		Duration idleTimeout = this.settings.idleTimeout();
		if (idleTimeout != null) {
			this.upkeep.schedule(this, whenIdle(this.lastUsed, idleTimeout));
		}
	}

	/**
	 * When the first sweep may find the channel idle, so that the second, an interval
	 * later, ends it when its time is over.
	 */
	private static long whenIdle(long lastUsed, Duration idleTimeout) {
		return lastUsed + idleTimeout.minus(LogMaintenance.INTERVAL).toNanos();
	}

	/**
	 * Forgets what is too old, sees to it that it is looked at again, and says whether
	 * the channel is about to have been idle for too long.
	 * @param now the time, in nanoseconds
	 * @return {@code true} if it may end with the next sweep
	 */
	boolean visit(long now) {
		synchronized (this.history) {
			if (this.closed) {
				return false;
			}
			trim(now);
			if (this.history.size() > 0) {
				this.upkeep.schedule(this, whenOldestIsTooOld());
			}
			Duration idleTimeout = this.settings.idleTimeout();
			if (idleTimeout == null) {
				return false;
			}
			long due = whenIdle((this.subscribers > 0) ? now : this.lastUsed, idleTimeout);
			if (due - now <= 0 && this.subscribers == 0) {
				return true;
			}
			// Not in this sweep again
			this.upkeep.schedule(this, Math.max(due, now + 1));
			return false;
		}
	}

	/**
	 * Ends the channel if it is idle, in one step: who uses it or joins it does so before
	 * and keeps it, or finds that it has ended.
	 * @param since when it must not have been used, whatever its idle timeout is
	 * @param now the time, in nanoseconds
	 * @return {@code true} if it has been ended by this
	 */
	boolean endIfUnused(long since, long now) {
		synchronized (this.history) {
			Duration idleTimeout = this.settings.idleTimeout();
			if (this.closed || idleTimeout == null || !SUBSCRIBERS.compareAndSet(this, 0, UNUSED)) {
				return false;
			}
			if (this.lastUsed - since >= 0 || now - this.lastUsed < idleTimeout.toNanos()) {
				SUBSCRIBERS.addAndGet(this, -UNUSED);
				return false;
			}
			finish();
			return true;
		}
	}

}
