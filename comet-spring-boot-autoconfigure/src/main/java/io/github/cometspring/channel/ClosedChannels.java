package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The logs of channels that were closed a short while ago, for clients that were between
 * two connections then: they come back with a cursor, get what they lack, and then the
 * end (protocol, section 7). A log stays for the maximum age of its messages, unless a
 * channel of the same name closes or {@value #MOST} others are closed after it. A channel
 * that has nothing to be read needs no place, but where it follows another of its name:
 * it bears witness that the other's messages are gone.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class ClosedChannels {

	static final int MOST = 1000;

	private final Map<String, Closed> channels = new LinkedHashMap<>();

	private final MonotonicTime time;

	ClosedChannels(MonotonicTime time) {
		this.time = time;
	}

	/**
	 * Keeps a log, in place of an older one of the same name.
	 * @param log the log
	 */
	synchronized void keep(InMemoryChannelLog log) {
		boolean successor = this.channels.remove(log.id()) != null;
		this.channels.put(log.id(), new Closed(log, this.time.nanoTime(), successor));
	}

	/**
	 * Makes room for a log that has ended by now, or gives its place back.
	 * @param log the log
	 */
	synchronized void settle(InMemoryChannelLog log) {
		Closed closed = this.channels.get(log.id());
		if (closed != null && closed.log == log && !closed.successor && log.retained() == 0) {
			this.channels.remove(log.id());
		}
		if (this.channels.size() > MOST) {
			Iterator<Closed> oldest = this.channels.values().iterator();
			oldest.next();
			oldest.remove();
		}
	}

	synchronized @Nullable InMemoryChannelLog find(String id) {
		Closed closed = this.channels.get(id);
		return (closed != null) ? closed.log : null;
	}

	/**
	 * Forgets the messages that are too old, and the logs that have had their time.
	 */
	synchronized void sweep() {
		long now = this.time.nanoTime();
		this.channels.values().removeIf((closed) -> {
			Duration age = Duration.ofNanos(now - closed.time);
			return closed.log.retained() == 0 && age.compareTo(closed.log.settings().historyMaxAge()) >= 0;
		});
	}

	private record Closed(InMemoryChannelLog log, long time, boolean successor) {
	}

}
