package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A channel in the memory of this process. The lock is {@code history}, because each
 * channel has one anyway. It guards the history and the order of the live feed, so that
 * offsets have no holes and all readers see one order. It also guards the end of the
 * channel: from that moment on, the channel accepts no message and is returned to no
 * caller. The broker then removes it from its map. One class, as this lock guards all of
 * it.
 */
final class InMemoryChannelLog extends TimerWheel.Entry<InMemoryChannelLog> implements ImmediateChannelLog {

	/**
	 * The number of messages that are kept for readers that are listening, however small
	 * the history is. So many may be published before an event loop runs.
	 */
	static final int LIVE_TAIL = 64;

	/**
	 * A bit of {@code subscribers} beside the count. It is set while the lock decides
	 * whether the idle channel ends, and stays set if it does: a client that joins then
	 * cannot prevent the end.
	 */
	private static final int UNUSED = Integer.MIN_VALUE;

	private static final AtomicIntegerFieldUpdater<InMemoryChannelLog> SUBSCRIBERS = AtomicIntegerFieldUpdater
		.newUpdater(InMemoryChannelLog.class, "subscribers");

	private static final AtomicLongFieldUpdater<InMemoryChannelLog> LAST_USED = AtomicLongFieldUpdater
		.newUpdater(InMemoryChannelLog.class, "lastUsed");

	private final String id;

	private final ChannelSettings settings;

	private final LogMaintenance maintenance;

	private final Consumer<InMemoryChannelLog> onClose;

	private final MessageHistory history;

	private Sinks.@Nullable Many<Publication> live;

	/**
	 * The time of the last use, if there is an idle timeout.
	 */
	private volatile long lastUsed;

	private volatile boolean closed;

	@SuppressWarnings("unused") // by the updater
	private volatile int subscribers;

	/** Most channels have none. */
	private volatile @Nullable SubscriberListeners subscriberListeners;

	InMemoryChannelLog(String id, long epoch, ChannelSettings settings, LogMaintenance maintenance,
			Consumer<InMemoryChannelLog> onClose) {
		this.id = id;
		this.history = new MessageHistory(new Position(epoch, 0));
		this.settings = settings;
		this.maintenance = maintenance;
		this.onClose = onClose;
		this.lastUsed = maintenance.now();
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

	/**
	 * The epoch: the log of a channel that has ended can go with its messages.
	 */
	@Override
	public Object life() {
		return newest().epoch();
	}

	@Override
	public int retained() {
		synchronized (this.history) {
			trim(this.maintenance.now());
			return inHistory();
		}
	}

	/**
	 * The size of the texts that it keeps, in UTF-8 bytes.
	 */
	long bytes() {
		synchronized (this.history) {
			return this.history.bytes();
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
		// The lock decides now. A client that has joined meanwhile needs the final
		// result.
		synchronized (this.history) {
			return this.closed;
		}
	}

	@Override
	public Position appendNow(String data) {
		return publish(data, null);
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			Delivery delivery = new Delivery();
			delivery.accepted(publish(data, delivery));
			return delivery.outcome();
		});
	}

	/**
	 * Numbers a message, keeps it and emits it on the live feed.
	 * @param data the text
	 * @param delivery the delivery whose caller waits for receipts, or {@code null} for
	 * none
	 * @return the position of the message
	 * @throws ChannelClosedException if the channel has ended
	 */
	private Position publish(String data, @Nullable Delivery delivery) {
		synchronized (this.history) {
			if (this.closed) {
				throw new ChannelClosedException(this.id);
			}
			long now = this.maintenance.now();
			Position last = this.history.newest();
			Position position = new Position(last.epoch(), last.offset() + 1);
			Message message = new Message(this.id, position, data, this.settings.format(), false);
			int before = inHistory();
			long bytesBefore = this.history.bytes();
			boolean first = this.history.size() == 0;
			this.history.append(message, now);
			trim(now, before, bytesBefore);
			if (first && this.history.size() > 0) {
				this.maintenance.schedule(this, whenOldestIsTooOld());
			}
			if (this.settings.idleTimeout() != null) {
				// A lazy write is enough: the lock publishes it to the thread that reads
				// it.
				LAST_USED.lazySet(this, now);
			}
			if (this.live != null) {
				// Having no subscriber is no failure, and no subscriber can overflow.
				this.live.tryEmitNext(new Publication(message, delivery));
			}
			return position;
		}
	}

	/**
	 * Loses all messages, and begins another epoch: all readers have a gap.
	 * @param epoch the epoch of the next message
	 * @return {@code false} if the channel has ended
	 */
	boolean lose(long epoch) {
		synchronized (this.history) {
			if (this.closed) {
				return false;
			}
			uncountHistory();
			this.history.reset(new Position(epoch, 0));
			if (this.live != null) {
				this.live.tryEmitNext(Publication.CHANGE);
			}
			return true;
		}
	}

	private void trim(long now) {
		trim(now, inHistory(), this.history.bytes());
	}

	private void trim(long now, int before, long bytesBefore) {
		// The live feed of a closed log has no subscribers, but the log may have readers.
		boolean listening = this.closed || (this.live != null && this.live.currentSubscriberCount() > 0);
		int most = listening ? Math.max(this.settings.historySize(), LIVE_TAIL) : this.settings.historySize();
		this.history.trim(most, now, this.settings.historyMaxAge().toNanos());
		if (this.closed) {
			return;
		}
		int after = inHistory();
		if (after != before) {
			this.maintenance.retain(after - before);
		}
		long bytes = this.history.bytes();
		if (bytes != bytesBefore) {
			this.maintenance.retainBytes(bytes - bytesBefore);
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
			trim(this.maintenance.now());
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
	public Disposable onSubscribersChange(Runnable listener) {
		synchronized (this.history) {
			SubscriberListeners listeners = this.subscriberListeners;
			if (listeners == null) {
				listeners = new SubscriberListeners();
				this.subscriberListeners = listeners;
			}
			return listeners.add(listener);
		}
	}

	private void tellChange() {
		SubscriberListeners listeners = this.subscriberListeners;
		if (listeners != null) {
			listeners.changed();
		}
	}

	@Override
	public void join() {
		if ((SUBSCRIBERS.getAndIncrement(this) & ~UNUSED) == 0) {
			this.maintenance.listener().subscribersChanged(this);
		}
		tellChange();
	}

	@Override
	public void leave() {
		if (this.settings.idleTimeout() != null) {
			// Set before the count falls: a sweep that finds no subscriber sees this
			// time.
			this.lastUsed = this.maintenance.now();
		}
		if ((SUBSCRIBERS.decrementAndGet(this) & ~UNUSED) == 0) {
			this.maintenance.listener().subscribersChanged(this);
		}
		tellChange();
	}

	@Override
	public boolean touch() {
		if (this.settings.idleTimeout() != null) {
			this.lastUsed = this.maintenance.now();
		}
		// In this order: either endIfUnused sees this use, or this sees that
		// the channel has ended.
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
			uncountHistory();
			this.closed = true;
		}
	}

	/**
	 * Takes the messages out of the totals of the broker.
	 */
	private void uncountHistory() {
		this.maintenance.retain(-inHistory());
		this.maintenance.retainBytes(-this.history.bytes());
	}

	/**
	 * Why the channel has ended. The bit of an idle channel is still set.
	 */
	ChannelEnd reasonOfEnd() {
		return (this.subscribers < 0) ? ChannelEnd.IDLE : ChannelEnd.CLOSED;
	}

	/**
	 * Completes the live feed, after the broker has removed the channel.
	 */
	void terminate() {
		synchronized (this.history) {
			if (this.live != null) {
				this.live.tryEmitComplete();
			}
		}
	}

	/**
	 * Schedules the first visit of the channel, now that it is in the broker's map.
	 */
	void begin() {
		Duration idleTimeout = this.settings.idleTimeout();
		if (idleTimeout != null) {
			this.maintenance.schedule(this, whenIdle(this.lastUsed, idleTimeout));
		}
	}

	/**
	 * The time at which a sweep may first find the channel idle. The next sweep, one
	 * interval later, ends it, so that both together keep to the idle timeout.
	 */
	private static long whenIdle(long lastUsed, Duration idleTimeout) {
		return lastUsed + idleTimeout.minus(LogMaintenance.INTERVAL).toNanos();
	}

	/**
	 * Removes messages that are too old, and schedules the next visit.
	 * @param now the time, in nanoseconds
	 * @return {@code true} if the channel is idle and may end with the next sweep
	 */
	boolean visit(long now) {
		synchronized (this.history) {
			if (this.closed) {
				return false;
			}
			trim(now);
			if (this.history.size() > 0) {
				this.maintenance.schedule(this, whenOldestIsTooOld());
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
			this.maintenance.schedule(this, Math.max(due, now + 1));
			return false;
		}
	}

	/**
	 * Ends the channel if it is idle, in one step. Code that uses it or joins it does so
	 * before and prevents the end, or finds that it has ended.
	 * @param since the time after which it must not have been used, whatever its idle
	 * timeout is
	 * @param now the time, in nanoseconds
	 * @return {@code true} if this call ended it
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
