package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;

/**
 * A node's copy of the newest messages of a channel, in a ring buffer that grows up to
 * its capacity, and the known end of the channel, which may be beyond them. Offsets have
 * no holes. The epoch changes between two messages where Redis may have lost others.
 * <p>
 * Not thread-safe except for {@link #newest()} and {@link #end()}: its owner guards it.
 */
final class LogCopy {

	private static final int INITIAL_CAPACITY = 8;

	private static final Entry[] EMPTY = new Entry[0];

	private final int capacity;

	private final long maxAge;

	private @Nullable Entry[] ring = EMPTY;

	private int size;

	private volatile Position newest;

	private volatile Position end;

	/**
	 * Creates an empty copy.
	 * @param beginning the position before the first message
	 * @param capacity the most messages to keep
	 * @param maxAge how long to keep them, in nanoseconds
	 */
	LogCopy(Position beginning, int capacity, long maxAge) {
		this.newest = beginning;
		this.end = beginning;
		this.capacity = capacity;
		this.maxAge = maxAge;
	}

	/**
	 * Discards all messages.
	 * @param position the position before the next one
	 */
	void reset(Position position) {
		this.ring = EMPTY;
		this.size = 0;
		this.newest = position;
	}

	/**
	 * Replaces all messages by those that Redis has, which may be of several epochs, and
	 * the known end. Messages before a hole are discarded.
	 * @param answer the answer of Redis
	 */
	void replace(LogAnswer answer) {
		reset(new Position(answer.newest().epoch(), 0));
		for (LogAnswer.Entry entry : answer.entries()) {
			Position position = entry.message().position();
			if (position.offset() != this.newest.offset() + 1) {
				reset(new Position(position.epoch(), position.offset() - 1));
			}
			add(entry.message(), entry.time());
		}
		if (this.newest.offset() != answer.newest().offset()) {
			reset(answer.newest());
		}
		else if (this.newest.epoch() != answer.newest().epoch()) {
			begin(answer.newest().epoch());
		}
		this.end = this.newest;
	}

	/**
	 * Begins another epoch, and keeps the messages of the last ones.
	 * @param epoch the epoch of the next message
	 */
	void begin(long epoch) {
		this.newest = new Position(epoch, this.newest.offset());
	}

	/**
	 * Extends the known end of the channel.
	 * @param position a position that the channel has; ignored if it is of another epoch
	 * than the newest message
	 */
	void extendEnd(Position position) {
		if (position.epoch() == this.newest.epoch()
				&& (this.end.epoch() != position.epoch() || !this.end.covers(position))) {
			this.end = position;
		}
	}

	/**
	 * Adds the message with the next offset.
	 * @param message the message
	 * @param time when it was published, in nanoseconds
	 */
	void add(Message message, long time) {
		if (this.size == this.capacity) {
			removeOldest();
		}
		if (this.size == this.ring.length) {
			@Nullable Entry[] larger = new Entry[Math.max(INITIAL_CAPACITY, 2 * this.size)];
			for (long offset = oldest(); offset <= last(); offset++) {
				larger[(int) (offset % larger.length)] = get(offset);
			}
			this.ring = larger;
		}
		this.ring[index(message.position().offset())] = new Entry(message, time);
		this.size++;
		this.newest = message.position();
	}

	private void removeOldest() {
		this.ring[index(oldest())] = null;
		this.size--;
	}

	/**
	 * Discards messages that are too old.
	 * @param now the time, in nanoseconds
	 */
	void trim(long now) {
		while (this.size > 0 && now - get(oldest()).time > this.maxAge) {
			removeOldest();
		}
	}

	/**
	 * Reads the messages after a position.
	 * @param after the position, or {@code null} for all messages without a gap
	 * @param most how many of the newest messages the reader may get
	 * @return the messages
	 */
	Replay read(@Nullable Position after, int most) {
		Position newest = this.newest;
		long oldest = Math.max(oldest(), newest.offset() - most + 1);
		if (after == null) {
			return part(oldest, false);
		}
		if (after.epoch() == newest.epoch()) {
			if (after.offset() > newest.offset() && this.end.covers(after)) {
				// The channel has it, but it has not arrived here: no gap.
				return new Replay(List.of(), false, after);
			}
			boolean gap = after.offset() > newest.offset() || after.offset() < oldest - 1;
			return part(gap ? oldest : after.offset() + 1, gap);
		}
		long last = lastOf(after.epoch());
		if (last < oldest || after.offset() < oldest - 1) {
			return part(oldest, true);
		}
		// Later messages of that epoch may have been lost: a gap.
		return (after.offset() >= last) ? part(last + 1, true) : part(after.offset() + 1, false);
	}

	/**
	 * The messages from an offset to the newest, or to the last of the same epoch.
	 */
	private Replay part(long first, boolean gap) {
		Position newest = this.newest;
		if (first > newest.offset()) {
			return new Replay(List.of(), gap, newest);
		}
		Position last = get(first).message.position();
		long epoch = last.epoch();
		List<Message> messages = new ArrayList<>((int) (newest.offset() - first + 1));
		for (long offset = first; offset <= newest.offset(); offset++) {
			Message message = get(offset).message;
			if (message.position().epoch() != epoch) {
				break;
			}
			messages.add(message);
			last = message.position();
		}
		return new Replay(messages, gap, last);
	}

	/**
	 * The offset of the last message of an epoch, or -1 if there is none.
	 */
	private long lastOf(long epoch) {
		for (long offset = last(); offset >= oldest(); offset--) {
			if (get(offset).message.position().epoch() == epoch) {
				return offset;
			}
		}
		return -1;
	}

	/**
	 * Finds the position of a cursor in an epoch of which there are messages here.
	 * @param id the id of the channel
	 * @param start the cursor
	 * @return the position in the latest such epoch, or {@code null} if there is none
	 */
	@Nullable Position locate(String id, Cursor start) {
		long seen = newest().epoch();
		for (long offset = last(); offset >= oldest(); offset--) {
			long epoch = get(offset).message.position().epoch();
			if (epoch != seen) {
				seen = epoch;
				OptionalLong known = start.offset(id, epoch);
				if (known.isPresent()) {
					return new Position(epoch, known.getAsLong());
				}
			}
		}
		return null;
	}

	/**
	 * Whether the channel is known to have the position of a cursor in its present epoch.
	 * A cursor without a position of the channel is covered.
	 * @param id the id of the channel
	 * @param start the cursor
	 * @return whether it is covered
	 */
	boolean covers(String id, Cursor start) {
		if (!start.knows(id)) {
			return true;
		}
		OptionalLong offset = start.offset(id, this.newest.epoch());
		return this.end.epoch() == this.newest.epoch() && offset.isPresent() && offset.getAsLong() <= this.end.offset();
	}

	int size() {
		return this.size;
	}

	/**
	 * The position of the newest message. Any thread may call this.
	 */
	Position newest() {
		return this.newest;
	}

	/**
	 * The end of the channel, as far as this node knows. Any thread may call this.
	 */
	Position end() {
		return this.end;
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

	private record Entry(Message message, long time) {
	}

}
