package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
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
 * of concurrent creations: the place is taken inside the atomic creation of the name.
 * <p>
 * Thread-safe. To be {@linkplain #dispose() disposed} by its owner.
 *
 * @since 0.1.0
 */
public final class InMemoryChannelBroker implements ChannelBroker, Disposable {

	private static final Duration SWEEP_INTERVAL = Duration.ofSeconds(1);

	private final ConcurrentHashMap<String, InMemoryChannelLog> logs = new ConcurrentHashMap<>();

	private final ClosedChannels closed;

	private final AtomicInteger count = new AtomicInteger();

	private final @Nullable Integer limit;

	private final Scheduler clock;

	private final Disposable sweeper;

	/**
	 * Creates a broker.
	 * @param limit how many channels may exist at a time, or {@code null} for no limit
	 * @param clock tells the time and sweeps up what is too old, once a second
	 */
	public InMemoryChannelBroker(@Nullable Integer limit, Scheduler clock) {
		this.limit = limit;
		this.clock = clock;
		this.closed = new ClosedChannels(clock);
		this.sweeper = clock.schedulePeriodically(this::sweep, SWEEP_INTERVAL.toMillis(), SWEEP_INTERVAL.toMillis(),
				TimeUnit.MILLISECONDS);
	}

	@Override
	public Mono<ChannelLog> create(String id, ChannelSettings settings) {
		return Mono.fromCallable(() -> {
			InMemoryChannelLog created = new InMemoryChannelLog(id, newEpoch(), settings, this.clock, this::close);
			if (this.logs.computeIfAbsent(id, (key) -> takePlace(created)) != created) {
				throw new DuplicateChannelException(id);
			}
			return created;
		});
	}

	@Override
	public Mono<ChannelLog> obtain(String id, ChannelSettings settings) {
		return Mono.fromCallable(() -> this.logs.computeIfAbsent(id,
				(key) -> takePlace(new InMemoryChannelLog(key, newEpoch(), settings, this.clock, this::close))));
	}

	private InMemoryChannelLog takePlace(InMemoryChannelLog log) {
		if (this.limit == null) {
			this.count.incrementAndGet();
		}
		else if (this.count.getAndUpdate((used) -> Math.min(used + 1, this.limit)) >= this.limit) {
			throw new TooManyChannelsException(log.id(), this.limit);
		}
		return log;
	}

	private static long newEpoch() {
		return ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1);
	}

	@Override
	public Mono<ChannelLog> find(String id) {
		return Mono.justOrEmpty(this.logs.get(id));
	}

	@Override
	public Mono<Map<String, ChannelLog>> findAll(Collection<String> ids) {
		return Mono.fromSupplier(() -> {
			Map<String, ChannelLog> found = new HashMap<>();
			for (String id : ids) {
				ChannelLog log = this.logs.get(id);
				if (log != null) {
					found.put(id, log);
				}
			}
			return found;
		});
	}

	@Override
	public Mono<ChannelLog> findClosed(String id) {
		return Mono.fromSupplier(() -> this.closed.find(id));
	}

	@Override
	public Flux<ChannelLog> list() {
		return Flux.fromIterable(this.logs.values());
	}

	@Override
	public Mono<Long> count() {
		return Mono.fromSupplier(() -> (long) this.count.get());
	}

	@Override
	public Optional<Integer> limit() {
		return Optional.ofNullable(this.limit);
	}

	private void close(InMemoryChannelLog log) {
		AtomicBoolean removed = new AtomicBoolean();
		this.logs.computeIfPresent(log.id(), (id, current) -> {
			if (current != log) {
				return current;
			}
			// In one step: whoever does not find it among the living finds it here.
			this.closed.keep(log);
			removed.set(true);
			return null;
		});
		if (removed.get()) {
			this.count.decrementAndGet();
			log.terminate();
			this.closed.settle(log);
		}
	}

	private void sweep() {
		for (InMemoryChannelLog log : this.logs.values()) {
			if (log.sweep()) {
				close(log);
			}
		}
		this.closed.sweep();
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
