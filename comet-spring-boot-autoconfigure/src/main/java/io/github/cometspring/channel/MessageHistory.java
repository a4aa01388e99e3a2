package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The newest messages of a channel, numbered without holes, in a ring that grows as
 * needed. Not thread-safe except {@link #newest()}: its owner guards it.
 */
final class MessageHistory {

	private static final int INITIAL_CAPACITY = 8;

	private static final Entry[] EMPTY = new Entry[0];

	private @Nullable Entry[] ring = EMPTY;

	private volatile Position newest;

	private int size;

	/**
	 * The size of all texts, in UTF-8 bytes.
	 */
	private long bytes;

	/**
	 * Creates a history without messages.
	 * @param beginning the position before the first message
	 */
	MessageHistory(Position beginning) {
		this.newest = beginning;
	}

	/**
	 * Adds the message that follows the newest.
	 * @param message the message
	 * @param now the time, in nanoseconds
	 */
	void append(Message message, long now) {
		if (this.size == this.ring.length) {
			grow();
		}
		Position position = message.position();
		int bytes = (int) Math.min(MessageText.utf8Length(message.data()), Integer.MAX_VALUE);
		this.ring[index(position.offset())] = new Entry(message, now, bytes);
		this.size++;
		this.bytes += bytes;
		this.newest = position;
	}

	private void grow() {
		@Nullable Entry[] larger = new Entry[Math.max(INITIAL_CAPACITY, 2 * this.ring.length)];
		for (long offset = oldest(); offset <= last(); offset++) {
			larger[(int) (offset % larger.length)] = this.ring[index(offset)];
		}
		this.ring = larger;
	}

	/**
	 * Removes the oldest messages that are too many or too old.
	 * @param most how many to keep
	 * @param now the time, in nanoseconds
	 * @param maxAge how long to keep them, in nanoseconds
	 */
	void trim(int most, long now, long maxAge) {
		while (this.size > 0 && (this.size > most || now - oldestTime() > maxAge)) {
			this.bytes -= get(oldest()).bytes;
			this.ring[index(oldest())] = null;
			this.size--;
		}
		if (this.size == 0) {
			this.ring = EMPTY;
		}
	}

	/**
	 * Removes all messages.
	 * @param beginning the position before the next message
	 */
	void reset(Position beginning) {
		this.ring = EMPTY;
		this.size = 0;
		this.bytes = 0;
		this.newest = beginning;
	}

	/**
	 * The messages after a position.
	 * @param after the position, or {@code null} for all messages, which is never a gap
	 * @param most the number of newest messages that may be read
	 * @return the messages
	 */
	Replay read(@Nullable Position after, int most) {
		long last = last();
		long oldest = Math.max(oldest(), last - most + 1);
		boolean gap = after != null
				&& (after.epoch() != this.newest.epoch() || after.offset() > last || after.offset() < oldest - 1);
		long first = (gap || after == null) ? oldest : after.offset() + 1;
		List<Message> messages = new ArrayList<>((int) (last - first + 1));
		for (long offset = first; offset <= last; offset++) {
			messages.add(get(offset).message);
		}
		return new Replay(messages, gap, this.newest);
	}

	int size() {
		return this.size;
	}

	/**
	 * The size of the texts of all messages, in UTF-8 bytes.
	 */
	long bytes() {
		return this.bytes;
	}

	/**
	 * The position of the newest message. Any thread may call this.
	 */
	Position newest() {
		return this.newest;
	}

	/**
	 * The time at which the oldest message was added. There must be one.
	 */
	long oldestTime() {
		return get(oldest()).time;
	}

	private long oldest() {
		return last() - this.size + 1;
	}

	private long last() {
		return this.newest.offset();
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

	private record Entry(Message message, long time, int bytes) {
	}

}
