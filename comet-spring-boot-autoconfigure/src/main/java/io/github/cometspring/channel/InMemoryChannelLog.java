package io.github.cometspring.channel;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;

/**
 * A channel that lives in the memory of this process. The lock is this object's own
 * {@code history}, which exists for each channel anyhow: it guards the history and the
 * order of the live feed, so that offsets have no holes and everyone sees one order.
 */
final class InMemoryChannelLog implements ChannelLog {

	/**
	 * How many messages are kept for readers that are listening, however small the
	 * history is: what may be published before an event loop gets its turn.
	 */
	static final int LIVE_TAIL = 64;

	private static final AtomicIntegerFieldUpdater<InMemoryChannelLog> SUBSCRIBERS = AtomicIntegerFieldUpdater
		.newUpdater(InMemoryChannelLog.class, "subscribers");

	private final String id;

	private final long epoch;

	private final ChannelSettings settings;

	private final Scheduler clock;

	private final Consumer<InMemoryChannelLog> onClose;

	private final History history = new History();

	private Sinks.@Nullable Many<Publication> live;

	private volatile long newest;

	private volatile long lastUsed;

	private volatile boolean closed;

	@SuppressWarnings("unused") // by the updater
	private volatile int subscribers;

	InMemoryChannelLog(String id, long epoch, ChannelSettings settings, Scheduler clock,
			Consumer<InMemoryChannelLog> onClose) {
		this.id = id;
		this.epoch = epoch;
		this.settings = settings;
		this.clock = clock;
		this.onClose = onClose;
		this.lastUsed = now();
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
	public long epoch() {
		return this.epoch;
	}

	@Override
	public long newest() {
		return this.newest;
	}

	@Override
	public int retained() {
		synchronized (this.history) {
			trim(now());
			return Math.min(this.history.size(), this.settings.historySize());
		}
	}

	@Override
	public boolean isClosed() {
		return this.closed;
	}

	@Override
	public Mono<Position> append(String data) {
		return Mono.fromCallable(() -> publish(data, false).message().position());
	}

	@Override
	public Mono<Outcome> deliver(String data) {
		return Mono.defer(() -> {
			Delivery delivery = publish(data, true).delivery();
			if (delivery == null) {
				throw new IllegalStateException("No delivery");
			}
			delivery.dismiss();
			return delivery.outcome();
		});
	}

	private Publication publish(String data, boolean receipts) {
		synchronized (this.history) {
			if (this.closed) {
				throw new ChannelClosedException(this.id);
			}
			long now = now();
			Position position = new Position(this.epoch, this.newest + 1);
			Message message = new Message(this.id, position, data, this.settings.format(), false);
			Publication publication = new Publication(message, receipts ? new Delivery(position) : null);
			this.history.append(message, now);
			trim(now);
			this.lastUsed = now;
			this.newest = position.offset();
			if (this.live != null) {
				// No subscriber at the moment is no failure, and none can overflow.
				this.live.tryEmitNext(publication);
			}
			return publication;
		}
	}

	private void trim(long now) {
		// A closed log has lost its listeners and not its readers; it goes when they do.
		boolean listening = this.closed || (this.live != null && this.live.currentSubscriberCount() > 0);
		int most = listening ? Math.max(this.settings.historySize(), LIVE_TAIL) : this.settings.historySize();
		this.history.trim(most, now - this.settings.historyMaxAge().toMillis());
	}

	@Override
	public Replay read(long after) {
		return read(after, this.settings.historySize());
	}

	@Override
	public Replay readLive(long after) {
		return read(after, Math.max(this.settings.historySize(), LIVE_TAIL));
	}

	private Replay read(long after, int most) {
		synchronized (this.history) {
			trim(now());
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
		return this.subscribers;
	}

	@Override
	public void join() {
		SUBSCRIBERS.incrementAndGet(this);
	}

	@Override
	public void leave() {
		this.lastUsed = now();
		SUBSCRIBERS.decrementAndGet(this);
	}

	@Override
	public Mono<Void> close() {
		return Mono.fromRunnable(() -> this.onClose.accept(this));
	}

	/**
	 * Ends the live feed. The broker has removed the channel before.
	 */
	void terminate() {
		synchronized (this.history) {
			this.closed = true;
			if (this.live != null) {
				this.live.tryEmitComplete();
			}
		}
	}

	/**
	 * Forgets what is too old, and says whether the channel itself is.
	 * @return {@code true} if it has had no use for its idle timeout
	 */
	boolean sweep() {
		long now = now();
		synchronized (this.history) {
			trim(now);
		}
		Duration idleTimeout = this.settings.idleTimeout();
		return idleTimeout != null && this.subscribers == 0 && now - this.lastUsed >= idleTimeout.toMillis();
	}

	private long now() {
		return this.clock.now(TimeUnit.MILLISECONDS);
	}

}
