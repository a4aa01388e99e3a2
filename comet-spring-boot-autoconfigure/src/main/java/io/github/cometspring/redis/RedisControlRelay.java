package io.github.cometspring.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.control.CometCommand;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.control.ControlRelay;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Keeps the state of the control on Redis, for all nodes and for those that start later,
 * and notifies all nodes when it changes.
 * <p>
 * While Redis cannot be reached, or refuses a command, the command is in force on this
 * node alone, and fails with {@link BrokerUnavailableException}. It is sent again when
 * this node has connected again, and after each probe that Redis has answered. Of several
 * commands, the last one wins.
 * <p>
 * Commands that end the clients of a user are events: each node carries out each of them,
 * but not those that were given before it started. An event that is sent when Redis is
 * back is carried out on this node a second time.
 * <p>
 * Thread-safe; the lock is this object.
 *
 * @since 0.1.0
 */
public final class RedisControlRelay implements ControlRelay {

	private static final Logger LOGGER = Loggers.getLogger(RedisControlRelay.class);

	private static final String ACTIVITY = "activity";

	private static final String TIMEOUT = "timeout";

	private static final String EVENT = "event";

	/** How many events wait for Redis at most. The oldest are dropped. */
	private static final int UNSENT_EVENTS = 256;

	/** Where the events begin in an answer of the script. */
	private static final int EVENTS_FROM = 7;

	private final RedisNode node;

	private final CatchUp refresh;

	private final CatchUp resend;

	/** The commands that Redis lacks. Until it has them, they are in force here. */
	private final Map<String, Unsent> unsent = new HashMap<>();

	/** The commands in force, to be sent again to a Redis that has lost them. */
	private final Map<String, Unsent> last = new HashMap<>();

	private volatile @Nullable CometControl control;

	private volatile long version = -1;

	private long kills = -1;

	/** The events that this node has received. */
	private Events events = new Events("", -1);

	private final Deque<Unsent> unsentEvents = new ArrayDeque<>();

	/**
	 * Creates a relay.
	 * @param node this node's connections to Redis
	 */
	public RedisControlRelay(RedisNode node) {
		this.node = node;
		this.refresh = new CatchUp(this::readState);
		this.resend = new CatchUp(this::sendUnsent);
		node.feeds().subscribe(node.keys().controlFeed, (changed) -> this.refresh.run());
		node.onChange(() -> {
			if (node.isConnected()) {
				this.resend.run();
				this.refresh.run();
			}
		});
		node.probe().onAnswer(() -> {
			// Redis may have refused a command without an end of the connection.
			if (hasUnsent()) {
				this.resend.run();
			}
			if (!node.probe().controlVersion().equals(String.valueOf(this.version))) {
				this.refresh.run();
			}
		});
	}

	/**
	 * Sets the control of this node, which applies the commands of other nodes.
	 * @param control the control
	 */
	public void attach(CometControl control) {
		this.control = control;
	}

	/**
	 * Applies the state on Redis to the control of this node.
	 * @return completes when it is applied, or {@link BrokerUnavailableException}
	 */
	public CompletionStage<Void> refresh() {
		return this.refresh.run();
	}

	@Override
	public Mono<Void> send(CometCommand command) {
		return Mono.defer(() -> {
			Unsent sending = Unsent.of(command);
			return Mono.fromFuture(send(sending), true).onErrorMap((ex) -> {
				LOGGER.warn("A command is in force on this node alone, until Redis accepts it");
				keep(sending);
				apply(command);
				return ex;
			});
		});
	}

	private synchronized void keep(Unsent command) {
		if (!command.field.equals(EVENT)) {
			this.unsent.merge(command.field, command, (kept, added) -> kept.isAfter(added) ? kept : added);
			return;
		}
		if (this.unsentEvents.size() == UNSENT_EVENTS) {
			this.unsentEvents.remove();
		}
		this.unsentEvents.add(command);
	}

	/**
	 * Forgets a command that Redis has, and those before it that it replaces.
	 */
	private synchronized void forget(Unsent command) {
		this.unsentEvents.remove(command);
		this.unsent.computeIfPresent(command.field, (field, kept) -> kept.isAfter(command) ? kept : null);
	}

	private CompletableFuture<Void> send(Unsent command) {
		if (command.field.equals(EVENT) && known().last < 0) {
			// A node receives only the events after those that it knows.
			return this.refresh.run().thenCompose((done) -> call(command, "0"));
		}
		return call(command, String.valueOf(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - command.given)));
	}

	private CompletableFuture<Void> call(Unsent command, String age) {
		return call(command.field, command.value, command.kill ? "1" : "0", age).thenAccept((answer) -> {
			// The answer has the state with this command or a later one. So it counts.
			forget(command);
			take(answer);
		});
	}

	private CompletableFuture<Void> readState() {
		return call("", "", "", "0").thenAccept(this::take);
	}

	private CompletableFuture<List<Object>> call(String field, String value, String kill, String age) {
		Events known = known();
		return this.node.call(RedisScript.CONTROL, new String[] { this.node.keys().control },
				this.node.keys().controlFeed, field, value, kill, age, known.generation, String.valueOf(known.last));
	}

	private synchronized Events known() {
		return this.events;
	}

	private synchronized boolean hasUnsent() {
		return !this.unsent.isEmpty() || !this.unsentEvents.isEmpty();
	}

	/**
	 * Sends the commands that Redis lacks. Those that fail are kept.
	 */
	private CompletableFuture<Void> sendUnsent() {
		List<Unsent> all;
		synchronized (this) {
			all = new ArrayList<>(this.unsentEvents);
			all.addAll(this.unsent.values());
		}
		return CompletableFuture.allOf(all.stream().map(this::send).toArray(CompletableFuture<?>[]::new));
	}

	/**
	 * Applies the state on Redis, except where a command has yet to be sent there.
	 */
	private synchronized void take(List<Object> answer) {
		takeEvents(answer);
		long version = Long.parseLong(String.valueOf(answer.get(1)));
		if (version < this.version) {
			this.version = version;
			// Redis has lost them.
			this.last.forEach(this.unsent::putIfAbsent);
			this.resend.run();
			return;
		}
		String activity = String.valueOf(answer.get(2));
		String timeout = String.valueOf(answer.get(3));
		long kills = Long.parseLong(String.valueOf(answer.get(4)));
		boolean kill = this.kills >= 0 && kills > this.kills;
		this.version = version;
		this.kills = kills;
		if (!timeout.isEmpty() && !this.unsent.containsKey(TIMEOUT)) {
			this.last.put(TIMEOUT, new Unsent(TIMEOUT, timeout, false, System.nanoTime()));
			CometCommand.SetTimeout set = new CometCommand.SetTimeout(Duration.ofNanos(Long.parseLong(timeout)), kill);
			CometControl control = this.control;
			if (kill || (control != null && !control.timeout().equals(set.timeout()))) {
				apply(set);
			}
		}
		if (!activity.isEmpty() && !this.unsent.containsKey(ACTIVITY)) {
			this.last.put(ACTIVITY, new Unsent(ACTIVITY, activity, false, System.nanoTime()));
			apply(activity.equals("1") ? new CometCommand.Activate() : new CometCommand.Deactivate());
		}
	}

	/**
	 * Carries out the events that are new to this node.
	 * @param answer the answer, with the events behind those that were known when it was
	 * asked for
	 */
	private void takeEvents(List<Object> answer) {
		Events there = new Events(String.valueOf(answer.get(5)), Long.parseLong(String.valueOf(answer.get(6))));
		// Another answer may have brought the same events meanwhile.
		long done = there.generation.equals(this.events.generation) ? this.events.last : 0;
		long number = there.last - (answer.size() - EVENTS_FROM);
		for (Object event : answer.subList(EVENTS_FROM, answer.size())) {
			number++;
			CometCommand command = (number > done) ? ControlEvent.decode(String.valueOf(event)) : null;
			if (command != null) {
				apply(command);
			}
		}
		this.events = there;
	}

	private void apply(CometCommand command) {
		CometControl control = this.control;
		if (control != null) {
			control.apply(command);
		}
	}

	/**
	 * A state of the events on Redis.
	 *
	 * @param generation distinguishes events from those before Redis lost all data
	 * @param last the number of the last event, or -1 if none was received yet
	 */
	private record Events(String generation, long last) {
	}

	/**
	 * A command that has yet to be sent to Redis.
	 *
	 * @param field the field of the state that it changes
	 * @param value the new value
	 * @param kill whether to end polls that are held
	 * @param given when it was given, in nanoseconds
	 */
	private record Unsent(String field, String value, boolean kill, long given) {

		boolean isAfter(Unsent other) {
			return this.given - other.given > 0;
		}

		static Unsent of(CometCommand command) {
			long now = System.nanoTime();
			if (command instanceof CometCommand.SetTimeout set) {
				return new Unsent(TIMEOUT, String.valueOf(set.timeout().toNanos()), set.kill(), now);
			}
			if (command instanceof CometCommand.OfUser ofUser) {
				return new Unsent(EVENT, ControlEvent.encode(ofUser), false, now);
			}
			if (command instanceof CometCommand.Activate) {
				return new Unsent(ACTIVITY, "1", false, now);
			}
			if (command instanceof CometCommand.Deactivate) {
				return new Unsent(ACTIVITY, "0", false, now);
			}
			throw new IllegalArgumentException("Unknown command: " + command);
		}

	}

}
