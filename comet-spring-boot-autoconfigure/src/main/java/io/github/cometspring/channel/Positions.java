package io.github.cometspring.channel;

import java.nio.ByteBuffer;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The positions of one client in its channels, from which its cursors are made. Each
 * position has the key of its channel in place of the id, and all are kept in the order
 * of a cursor, so that a cursor takes no checksum and no sorting. Two channels may have
 * the same key; only the positions themselves count, not which channel they belong to.
 * <p>
 * Not thread-safe. Threads may share positions that are not changed any more.
 *
 * @since 0.1.0
 */
public final class Positions {

	/**
	 * The 16 bytes of each position in a cursor, as two numbers.
	 */
	private long[] entries;

	private int size;

	private @Nullable Cursor cursor;

	/**
	 * Creates an empty set of positions.
	 * @param channels the number of channels that there is room for
	 */
	public Positions(int channels) {
		this.entries = new long[2 * channels];
	}

	private Positions(long[] entries) {
		this.entries = entries;
		this.size = entries.length;
	}

	/**
	 * The key of a channel.
	 * @param channel the id of the channel
	 * @return its checksum
	 */
	public static int key(String channel) {
		return Cursor.key(channel);
	}

	/**
	 * A copy, which does not change when this does.
	 * @return the copy
	 */
	public Positions copy() {
		return new Positions(Arrays.copyOf(this.entries, this.size));
	}

	/**
	 * Adds a position. This is fast if it belongs behind the others.
	 * @param key the key of its channel
	 * @param position the position
	 */
	public void add(int key, Position position) {
		if (this.size == this.entries.length) {
			this.entries = Arrays.copyOf(this.entries, this.size + 2);
		}
		this.size += 2;
		put(this.size - 2, high(key, position), low(position));
	}

	/**
	 * Replaces a position by another one of the same channel.
	 * @param key the key of the channel
	 * @param from the position, which is one of these
	 * @param to the position in its place
	 */
	public void move(int key, Position from, Position to) {
		put(indexOf(key, from), high(key, to), low(to));
	}

	/**
	 * Removes a position.
	 * @param key the key of its channel
	 * @param position the position, which is one of these
	 */
	public void remove(int key, Position position) {
		int index = indexOf(key, position);
		this.size -= 2;
		System.arraycopy(this.entries, index + 2, this.entries, index, this.size - index);
		this.cursor = null;
	}

	/**
	 * The number of positions.
	 * @return the number
	 */
	public int size() {
		return this.size / 2;
	}

	/**
	 * The cursor of these positions.
	 * @return the cursor, the same object until they change
	 */
	public Cursor cursor() {
		Cursor cursor = this.cursor;
		if (cursor == null) {
			cursor = Cursor.of(bytes());
			this.cursor = cursor;
		}
		return cursor;
	}

	/**
	 * The token of the cursor of these positions.
	 * @return the characters in ASCII
	 */
	public byte[] token() {
		return Base64Url.encodeToAscii(bytes());
	}

	private byte[] bytes() {
		ByteBuffer bytes = ByteBuffer.allocate(1 + this.size * Long.BYTES).put(Cursor.VERSION);
		for (int i = 0; i < this.size; i++) {
			bytes.putLong(this.entries[i]);
		}
		return bytes.array();
	}

	/**
	 * Puts an entry in order, and overwrites another one.
	 * @param index the index of the entry that is overwritten
	 */
	private void put(int index, long high, long low) {
		int at = index;
		while (at > 0 && compare(high, low, at - 2) < 0) {
			copy(at - 2, at);
			at -= 2;
		}
		while (at + 2 < this.size && compare(high, low, at + 2) > 0) {
			copy(at + 2, at);
			at += 2;
		}
		this.entries[at] = high;
		this.entries[at + 1] = low;
		this.cursor = null;
	}

	private int compare(long high, long low, int index) {
		int result = Long.compareUnsigned(high, this.entries[index]);
		return (result != 0) ? result : Long.compareUnsigned(low, this.entries[index + 1]);
	}

	private void copy(int from, int to) {
		this.entries[to] = this.entries[from];
		this.entries[to + 1] = this.entries[from + 1];
	}

	private int indexOf(int key, Position position) {
		long high = high(key, position);
		long low = low(position);
		for (int i = 0; i < this.size; i += 2) {
			if (this.entries[i] == high && this.entries[i + 1] == low) {
				return i;
			}
		}
		throw new IllegalArgumentException("No such position");
	}

	/**
	 * The first 8 bytes of a position in a cursor.
	 */
	private static long high(int key, Position position) {
		return (long) key << 32 | position.epoch() >>> 16;
	}

	/**
	 * The last 8 bytes of a position in a cursor.
	 */
	private static long low(Position position) {
		return position.epoch() << 48 | position.offset();
	}

}
