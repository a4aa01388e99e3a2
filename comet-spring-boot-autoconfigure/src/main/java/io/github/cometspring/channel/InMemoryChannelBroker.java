package io.github.cometspring.channel;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/**
 * Keeps the channels of a single node in its memory. The limit is exact under any number
 * of concurrent creations, because a channel is counted inside the atomic creation of its
 * name.
 * <p>
 * Thread-safe. To be {@linkplain #dispose() disposed} by its owner.
 *
 * @since 0.1.0
 */
public final class InMemoryChannelBroker implements ImmediateChannelBroker, Disposable {

	private final ConcurrentHashMap<String, InMemoryChannelLog> logs = new ConcurrentHashMap<>();

	private final ClosedChannels closed;

	private final AtomicInteger count = new AtomicInteger();

	private final @Nullable Integer limit;

	private final LogMaintenance maintenance;

	private final Disposable sweeper;

	/**
	 * Creates a broker.
	 * @param limit the largest number of channels, or {@code null} for no limit
	 * @param clock tells the time, and runs a sweep for old messages and idle channels
	 * once a second
	 */
	public InMemoryChannelBroker(@Nullable Integer limit, Scheduler clock) {
		this(limit, clock, ChannelListener.NONE);
	}

	/**
	 * Creates a broker with a listener.
	 * @param limit the largest number of channels, or {@code null} for no limit
	 * @param clock tells the time, and runs a sweep for old messages and idle channels
	 * once a second
	 * @param listener receives what happens to the channels
	 */
	public InMemoryChannelBroker(@Nullable Integer limit, Scheduler clock, ChannelListener listener) {
		this.limit = limit;
		MonotonicTime time = MonotonicTime.of(clock);
		this.maintenance = new LogMaintenance(time, listener);
		this.closed = new ClosedChannels(time);
		long interval = LogMaintenance.INTERVAL.toNanos();
		this.sweeper = clock.schedulePeriodically(this::sweep, interval, interval, TimeUnit.NANOSECONDS);
	}

	@Override
	public Mono<ChannelLog> create(String id, ChannelSettings settings) {
		return Mono.fromCallable(() -> {
			InMemoryChannelLog created = newLog(id, settings);
			while (true) {
				InMemoryChannelLog living = this.logs.computeIfAbsent(id, (key) -> countAndBegin(created));
				if (living == created) {
					return created;
				}
				if (!living.isClosed()) {
					throw new DuplicateChannelException(id);
				}
				// It has ended and will be removed, by this thread or another one.
				remove(living);
			}
		});
	}

	@Override
	public ChannelLog obtainNow(String id, ChannelSettings settings) {
		while (true) {
			InMemoryChannelLog log = this.logs.computeIfAbsent(id, (key) -> countAndBegin(newLog(key, settings)));
			if (log.touch()) {
				return log;
			}
			remove(log);
		}
	}

	private InMemoryChannelLog newLog(String id, ChannelSettings settings) {
		return new InMemoryChannelLog(id, newEpoch(), settings, this.maintenance, this::remove);
	}

	private static long newEpoch() {
		return ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1);
	}

	private InMemoryChannelLog countAndBegin(InMemoryChannelLog log) {
		if (this.limit == null) {
			this.count.incrementAndGet();
		}
		else if (this.count.getAndUpdate((used) -> Math.min(used + 1, this.limit)) >= this.limit) {
			throw new TooManyChannelsException(log.id(), this.limit);
		}
		log.begin();
		this.maintenance.listener().created(log.id());
		return log;
	}

	@Override
	public @Nullable ChannelLog findNow(String id) {
		return this.logs.get(id);
	}

	@Override
	public Mono<Map<String, ChannelLog>> findAll(Map<String, Cursor> starts) {
		return Mono.fromSupplier(() -> {
			Map<String, ChannelLog> found = new HashMap<>();
			for (Map.Entry<String, Cursor> start : starts.entrySet()) {
				String id = start.getKey();
				InMemoryChannelLog log = this.logs.get(id);
				if (log != null) {
					log.touch();
				}
				else if (start.getValue().knows(id)) {
					log = this.closed.find(id);
				}
				if (log != null) {
					found.put(id, log);
				}
			}
			return found;
		});
	}

	@Override
	public Flux<ChannelLog> list() {
		return Flux.fromIterable(this.logs.values());
	}

	@Override
	public Mono<BrokerState> state() {
		return Mono.fromSupplier(() -> new BrokerState(this.count.get(), this.maintenance.retained(), this.limit,
				this.maintenance.retainedBytes()));
	}

	/**
	 * Loses all messages of a channel, as a restart does, while the channel goes on. All
	 * of its readers have a gap, which those that are connected are told at once. For
	 * tests of what an application and its pages do then.
	 * @param id the id, valid or not
	 * @return whether there was such a channel
	 */
	public boolean loseMessages(String id) {
		InMemoryChannelLog log = this.logs.get(id);
		return log != null && log.lose(newEpoch());
	}

	/**
	 * Removes a channel from the map after it has ended. Any thread that finds it there
	 * may call this.
	 */
	private void remove(InMemoryChannelLog log) {
		AtomicBoolean removed = new AtomicBoolean();
		this.logs.computeIfPresent(log.id(), (id, current) -> {
			if (current != log) {
				return current;
			}
			// In one step: a thread that does not find the log in the map finds
			// it here, and the count is lower already.
			this.closed.keep(log);
			this.count.decrementAndGet();
			// Before another channel of this name can be created
			this.maintenance.listener().ended(id, log.reasonOfEnd());
			removed.set(true);
			return null;
		});
		if (removed.get()) {
			this.maintenance.forget(log);
			log.terminate();
			this.closed.trim(log);
		}
	}

	/**
	 * Visits the channels that are due.
	 * @return the number of living channels that were visited
	 */
	int sweep() {
		int visits = this.maintenance.sweep(this::remove);
		this.closed.sweep();
		return visits;
	}

	@Override
	public void dispose() {
		this.sweeper.dispose();
	}

	@Override
	public boolean isDisposed() {
		return this.sweeper.isDisposed();
	}

}
