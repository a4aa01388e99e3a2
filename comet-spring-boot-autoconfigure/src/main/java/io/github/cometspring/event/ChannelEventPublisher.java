package io.github.cometspring.event;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.RateLimitedLog;
import org.jspecify.annotations.Nullable;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.Loggers;

import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;

/**
 * Publishes {@link ChannelEvent}s. If the application does not listen to them, each call
 * of the broker checks one flag, and there is no thread.
 * <p>
 * The broker's calls only post tasks to the thread of the events. Whether a channel has
 * clients is read there, so that events are right in spite of calls that overtake each
 * other, and a client that leaves and comes back costs one task.
 * <p>
 * Thread-safe. All that is not volatile or concurrent is confined to the thread of the
 * events.
 *
 * @since 0.1.0
 */
public final class ChannelEventPublisher implements ChannelListener, SmartLifecycle {

	/**
	 * A channel without clients is vacant after this time, or twice this time at most.
	 */
	public static final Duration GRACE = Duration.ofSeconds(5);

	/**
	 * The number of events that may wait for listeners.
	 */
	public static final int MOST_WAITING = 10_000;

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(ChannelEvent.class), System::nanoTime);

	private final ApplicationContext context;

	private final Duration grace;

	private final Supplier<Scheduler> schedulers;

	private final Set<ChannelLog> changed = ConcurrentHashMap.newKeySet();

	private final Map<String, ChannelLog> occupied = new HashMap<>();

	/** Channels that have lost their last client since the last sweep. */
	private Set<String> leaving = new HashSet<>();

	/** Channels that had no client at the last sweep. */
	private Set<String> left = new HashSet<>();

	private @Nullable Scheduler scheduler;

	/** The thread of the events, if there is a listener. */
	private volatile Scheduler.@Nullable Worker thread;

	/**
	 * Whether a change was dropped since the last sweep, which then looks at all channels
	 * that are regarded as occupied.
	 */
	private volatile boolean dropped;

	private volatile boolean running;

	/**
	 * Creates a publisher, which begins when it is {@linkplain #start() started}.
	 * @param context receives the events
	 * @param grace how long a channel has no clients before it is vacant; up to twice as
	 * long
	 * @param schedulers creates the scheduler of the thread, if there is a listener
	 */
	public ChannelEventPublisher(ApplicationContext context, Duration grace, Supplier<Scheduler> schedulers) {
		this.context = context;
		this.grace = grace;
		this.schedulers = schedulers;
	}

	/**
	 * A scheduler with one daemon thread and a bounded queue.
	 * @return the scheduler
	 */
	public static Scheduler newThread() {
		return Schedulers.newBoundedElastic(1, MOST_WAITING, "comet-events", 60, true);
	}

	@Override
	public void created(String id) {
		if (this.thread != null) {
			post(() -> publish(new ChannelCreatedEvent(this, id)));
		}
	}

	@Override
	public void subscribersChanged(ChannelLog log) {
		if (this.thread != null && this.changed.add(log) && !post(() -> check(log))) {
			this.changed.remove(log);
		}
	}

	@Override
	public void ended(String id, ChannelEnd reason) {
		if (this.thread != null) {
			post(() -> end(id, reason));
		}
	}

	private boolean post(Runnable task) {
		Scheduler.Worker thread = this.thread;
		if (thread == null) {
			return false;
		}
		try {
			thread.schedule(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			if (!thread.isDisposed()) {
				this.dropped = true;
				this.log.warn(
						"Events of channels are dropped, because %d wait for their listeners".formatted(MOST_WAITING),
						null);
			}
			return false;
		}
	}

	// The thread of the events

	private void check(ChannelLog log) {
		// Before the clients are counted: a later change posts another check.
		this.changed.remove(log);
		String id = log.id();
		if (log.subscribers() > 0) {
			this.leaving.remove(id);
			this.left.remove(id);
			if (!log.isClosed()) {
				occupy(id, log);
			}
		}
		else if (this.occupied.get(id) == log) {
			this.left.remove(id);
			this.leaving.add(id);
		}
	}

	private void occupy(String id, ChannelLog log) {
		ChannelLog before = this.occupied.put(id, log);
		if (before == log) {
			return;
		}
		if (before != null) {
			// Its end has not been reported yet.
			publish(new ChannelVacantEvent(this, id));
		}
		publish(new ChannelOccupiedEvent(this, id));
	}

	private void sweep() {
		if (this.dropped) {
			this.dropped = false;
			List.copyOf(this.occupied.values()).forEach(this::checkAgain);
		}
		Set<String> vacant = this.left;
		this.left = this.leaving;
		this.leaving = new HashSet<>();
		vacant.forEach(this::vacate);
	}

	/**
	 * Checks a channel whose last change may have been dropped.
	 */
	private void checkAgain(ChannelLog log) {
		if (log.isClosed()) {
			this.leaving.remove(log.id());
			this.left.remove(log.id());
			vacate(log.id());
		}
		else {
			check(log);
		}
	}

	private void vacate(String id) {
		this.occupied.remove(id);
		publish(new ChannelVacantEvent(this, id));
	}

	private void end(String id, ChannelEnd reason) {
		ChannelLog log = this.occupied.get(id);
		// If it is not closed, it is a newer channel of this name.
		if (log != null && log.isClosed()) {
			this.leaving.remove(id);
			this.left.remove(id);
			vacate(id);
		}
		publish(new ChannelEndedEvent(this, id, reason));
	}

	private void publish(ChannelEvent event) {
		try {
			this.context.publishEvent(event);
		}
		// Also errors: the next events must be published.
		catch (Throwable ex) {
			this.log.error("A listener to events of channels failed", ex);
		}
	}

	// The life of the application context

	@Override
	public void start() {
		if (!this.running && ChannelEventListeners.exist(this.context)) {
			this.changed.clear();
			this.occupied.clear();
			this.leaving.clear();
			this.left.clear();
			Scheduler scheduler = this.schedulers.get();
			Scheduler.Worker thread = scheduler.createWorker();
			thread.schedulePeriodically(this::sweep, this.grace.toNanos(), this.grace.toNanos(), TimeUnit.NANOSECONDS);
			this.scheduler = scheduler;
			this.thread = thread;
		}
		this.running = true;
	}

	@Override
	public void stop() {
		Scheduler.Worker thread = this.thread;
		Scheduler scheduler = this.scheduler;
		this.thread = null;
		this.scheduler = null;
		if (thread != null) {
			thread.dispose();
		}
		if (scheduler != null) {
			scheduler.dispose();
		}
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * Starts before the web server, and stops after it.
	 */
	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

}
