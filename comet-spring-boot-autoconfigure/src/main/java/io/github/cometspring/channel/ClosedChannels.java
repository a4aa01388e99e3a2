package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * The logs of channels that were closed a short while ago, for clients that were between
 * two connections then. Such a client comes back with a cursor, and gets the missing
 * messages and the end (protocol, section 7). A log is kept for the maximum age of its
 * messages, unless a channel of the same name closes, or {@value #MOST} others or
 * {@value #MOST_BYTES} bytes of messages are closed after it. A log without messages is
 * not kept, unless it replaced a log of the same name: then it shows that the messages of
 * that log are gone.
 * <p>
 * Thread-safe; the lock is this object.
 */
final class ClosedChannels {

	static final int MOST = 1000;

	/**
	 * Closed channels do not count for the limit of channels, so their messages have one
	 * of their own. A log that is larger is kept alone.
	 */
	static final long MOST_BYTES = 32L << 20;

	private final Map<String, Closed> channels = new LinkedHashMap<>();

	private final MonotonicTime time;

	/**
	 * The size of all texts when their channels were closed.
	 */
	private long bytes;

	ClosedChannels(MonotonicTime time) {
		this.time = time;
	}

	/**
	 * Keeps a log, and removes an older one of the same name.
	 * @param log the log
	 */
	synchronized void keep(InMemoryChannelLog log) {
		Closed older = this.channels.remove(log.id());
		if (older != null) {
			this.bytes -= older.bytes;
		}
		Closed closed = new Closed(log, log.bytes(), this.time.nanoTime(), older != null);
		this.channels.put(log.id(), closed);
		this.bytes += closed.bytes;
	}

	/**
	 * Removes a log that has nothing to read, and the oldest logs if there are too many
	 * or too large ones.
	 * @param log the log
	 */
	synchronized void trim(InMemoryChannelLog log) {
		Closed closed = this.channels.get(log.id());
		if (closed != null && closed.log == log && !closed.successor && log.retained() == 0) {
			this.channels.remove(log.id());
			this.bytes -= closed.bytes;
		}
		Iterator<Closed> oldest = this.channels.values().iterator();
		while (this.channels.size() > MOST || (this.bytes > MOST_BYTES && this.channels.size() > 1)) {
			this.bytes -= oldest.next().bytes;
			oldest.remove();
		}
	}

	synchronized @Nullable InMemoryChannelLog find(String id) {
		Closed closed = this.channels.get(id);
		return (closed != null) ? closed.log : null;
	}

	/**
	 * Removes the messages and the logs that are too old.
	 */
	synchronized void sweep() {
		long now = this.time.nanoTime();
		this.channels.values().removeIf((closed) -> {
			Duration age = Duration.ofNanos(now - closed.time);
			boolean old = closed.log.retained() == 0 && age.compareTo(closed.log.settings().historyMaxAge()) >= 0;
			if (old) {
				this.bytes -= closed.bytes;
			}
			return old;
		});
	}

	private record Closed(InMemoryChannelLog log, long bytes, long time, boolean successor) {
	}

}
