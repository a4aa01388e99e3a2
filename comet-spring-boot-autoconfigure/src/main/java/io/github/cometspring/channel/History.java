package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The newest messages of a channel, numbered without holes, in a ring that grows with use
 * up to its bound. Not thread-safe, but for {@link #newest()}: its owner guards it.
 */
final class History {

	private static final int INITIAL_CAPACITY = 8;

	private static final Entry[] EMPTY = new Entry[0];

	private @Nullable Entry[] ring = EMPTY;

	private volatile long newest;

	private int size;

	/**
	 * Adds the message that follows the newest.
	 * @param message the message
	 * @param now the time, in nanoseconds
	 */
	void append(Message message, long now) {
		if (this.size == this.ring.length) {
			grow();
		}
		long offset = message.position().offset();
		this.ring[index(offset)] = new Entry(message, now);
		this.size++;
		this.newest = offset;
	}

	private void grow() {
		@Nullable Entry[] larger = new Entry[Math.max(INITIAL_CAPACITY, 2 * this.ring.length)];
		for (long offset = oldest(); offset <= this.newest; offset++) {
			larger[(int) (offset % larger.length)] = this.ring[index(offset)];
		}
		this.ring = larger;
	}

	/**
	 * Forgets the oldest messages that are too many or too old.
	 * @param most how many to keep
	 * @param now the time, in nanoseconds
	 * @param maxAge how long to keep them, in nanoseconds
	 */
	void trim(int most, long now, long maxAge) {
		while (this.size > 0 && (this.size > most || now - oldestTime() > maxAge)) {
			this.ring[index(oldest())] = null;
			this.size--;
		}
		if (this.size == 0) {
			this.ring = EMPTY;
		}
	}

	/**
	 * The messages after an offset.
	 * @param after the offset, or a negative one for all without regard to a gap
	 * @param most how many of the newest may be seen
	 * @return the messages
	 */
	Replay read(long after, int most) {
		long oldest = Math.max(oldest(), this.newest - most + 1);
		boolean gap = after >= 0 && (after > this.newest || after < oldest - 1);
		long first = (gap || after < 0) ? oldest : after + 1;
		List<Message> messages = new ArrayList<>((int) (this.newest - first + 1));
		for (long offset = first; offset <= this.newest; offset++) {
			messages.add(get(offset).message);
		}
		return new Replay(messages, gap, this.newest);
	}

	int size() {
		return this.size;
	}

	/**
	 * The offset of the newest message, which any thread may ask for.
	 */
	long newest() {
		return this.newest;
	}

	/**
	 * When the oldest message was added. There must be one.
	 */
	long oldestTime() {
		return get(oldest()).time;
	}

	private long oldest() {
		return this.newest - this.size + 1;
	}

	private Entry get(long offset) {
		Entry entry = this.ring[index(offset)];
		if (entry == null) {
			throw new IllegalStateException("No message at offset " + offset);
		}
		return entry;
	}

	private int index(long offset) {
		return (int) (offset % this.ring.length);
	}

	private record Entry(Message message, long time) {
	}

}
