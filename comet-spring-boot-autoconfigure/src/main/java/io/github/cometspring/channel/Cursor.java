package io.github.cometspring.channel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.zip.CRC32C;

import org.jspecify.annotations.Nullable;

/**
 * The positions to resume from, one for each channel of a subscription, as an opaque
 * URL-safe token (protocol, section 1). It is keyed by channel, so it also serves a
 * changed set of channels; channels without a position start at "now". It gives no
 * access.
 * <p>
 * The token is base64 (URL-safe, no padding) of a version byte and 16 bytes a channel, in
 * ascending order: 4 of a checksum of the id, 6 of the epoch, 6 of the offset. A token of
 * another form is refused.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Cursor {

	/**
	 * From now on: the default.
	 */
	public static final Cursor LATEST = new Cursor("latest");

	/**
	 * All messages that the histories still have.
	 */
	public static final Cursor EARLIEST = new Cursor("earliest");

	static final byte VERSION = 1;

	private static final int ENTRY_SIZE = 16;

	private static final int EPOCH_INDEX = 4;

	private static final int OFFSET_INDEX = 10;

	private final String token;

	private final byte[] entries;

	private Cursor(String reserved) {
		this.token = reserved;
		this.entries = new byte[0];
	}

	private Cursor(String token, byte[] bytes) {
		this.token = token;
		this.entries = bytes;
	}

	/**
	 * The cursor of some positions.
	 * @param positions a position for each channel id
	 * @return the cursor
	 */
	public static Cursor of(Map<String, Position> positions) {
		Positions all = new Positions(positions.size());
		positions.forEach((channel, position) -> all.add(key(channel), position));
		return all.cursor();
	}

	/**
	 * The cursor of a position in one channel.
	 * @param channel the id of the channel
	 * @param position the position
	 * @return the cursor
	 */
	public static Cursor of(String channel, Position position) {
		Positions one = new Positions(1);
		one.add(key(channel), position);
		return one.cursor();
	}

	/**
	 * Reads a token.
	 * @param token the token of a client
	 * @return the cursor
	 * @throws InvalidCursorException if the token has an invalid form
	 */
	public static Cursor parse(String token) {
		if (token.equals(LATEST.token)) {
			return LATEST;
		}
		if (token.equals(EARLIEST.token)) {
			return EARLIEST;
		}
		byte[] bytes = Base64Url.decode(token);
		if (bytes == null || !isWellFormed(bytes)) {
			throw new InvalidCursorException();
		}
		return new Cursor(token, bytes);
	}

	private static boolean isWellFormed(byte[] bytes) {
		if (bytes.length % ENTRY_SIZE != 1 || bytes[0] != VERSION) {
			return false;
		}
		for (int i = 1; i < bytes.length; i += ENTRY_SIZE) {
			if (uint48(bytes, i + EPOCH_INDEX) == 0) {
				return false;
			}
			if (i > 1 && Arrays.compareUnsigned(bytes, i - ENTRY_SIZE, i - ENTRY_SIZE + OFFSET_INDEX, bytes, i,
					i + OFFSET_INDEX) >= 0) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The cursor of some bytes.
	 * @param bytes the version and the positions in order, not changed any more
	 */
	static Cursor of(byte[] bytes) {
		return new Cursor(Base64Url.encode(bytes), bytes);
	}

	static int key(String channel) {
		CRC32C checksum = new CRC32C();
		checksum.update(channel.getBytes(StandardCharsets.UTF_8));
		return (int) checksum.getValue();
	}

	private static long uint48(byte[] bytes, int index) {
		long value = 0;
		for (int i = index; i < index + 6; i++) {
			value = value << 8 | (bytes[i] & 0xFF);
		}
		return value;
	}

	/**
	 * This cursor with the positions of another, for a page with several channels. Where
	 * both have a position in the same channel, the other's replaces this one's.
	 * {@link #LATEST} has no positions and changes nothing.
	 * @param other the other cursor
	 * @return a cursor that has the positions of both
	 * @throws IllegalArgumentException if one of the two is {@link #EARLIEST} and the
	 * other has positions: no cursor can mean "earliest" for some channels only
	 */
	public Cursor and(Cursor other) {
		if (other.entries.length <= 1 && !other.equals(EARLIEST)) {
			return this;
		}
		if (this.entries.length <= 1 && !equals(EARLIEST)) {
			return other;
		}
		if (equals(other)) {
			return this;
		}
		if (equals(EARLIEST) || other.equals(EARLIEST)) {
			throw new IllegalArgumentException(
					"Cannot join 'earliest' and a cursor with positions: subscribe to their channels separately");
		}
		// Two positions with the same checksum and different epochs both stay,
		// because they may belong to two channels.
		TreeMap<byte[], byte[]> joined = new TreeMap<>(
				(a, b) -> Arrays.compareUnsigned(a, 0, OFFSET_INDEX, b, 0, OFFSET_INDEX));
		putEntries(joined);
		other.putEntries(joined);
		ByteBuffer bytes = ByteBuffer.allocate(1 + joined.size() * ENTRY_SIZE).put(VERSION);
		joined.values().forEach(bytes::put);
		return of(bytes.array());
	}

	private void putEntries(Map<byte[], byte[]> target) {
		for (int i = 1; i < this.entries.length; i += ENTRY_SIZE) {
			byte[] entry = Arrays.copyOfRange(this.entries, i, i + ENTRY_SIZE);
			target.put(entry, entry);
		}
	}

	/**
	 * Whether this cursor has a position for a channel of this id, in any epoch.
	 * @param channel the id of the channel
	 * @return {@code true} if resuming the channel from here is not the same as starting
	 * it at "now"
	 */
	public boolean knows(String channel) {
		if (this.entries.length <= 1) {
			return false;
		}
		int key = key(channel);
		for (int i = 1; i < this.entries.length; i += ENTRY_SIZE) {
			if (ByteBuffer.wrap(this.entries).getInt(i) == key) {
				return true;
			}
		}
		return false;
	}

	/**
	 * The offset to resume a channel from.
	 * @param channel the id of the channel
	 * @param epoch the epoch that the channel has now
	 * @return the offset of the newest message that the client has, or empty if this
	 * cursor has no position of this epoch
	 */
	public OptionalLong offset(String channel, long epoch) {
		if (this.entries.length <= 1) {
			return OptionalLong.empty();
		}
		int key = key(channel);
		for (int i = 1; i < this.entries.length; i += ENTRY_SIZE) {
			if (ByteBuffer.wrap(this.entries).getInt(i) == key && uint48(this.entries, i + EPOCH_INDEX) == epoch) {
				return OptionalLong.of(uint48(this.entries, i + OFFSET_INDEX));
			}
		}
		return OptionalLong.empty();
	}

	/**
	 * The token to hand to a client.
	 * @return an opaque text of the characters {@code A-Z a-z 0-9 - _}
	 */
	public String token() {
		return this.token;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Cursor cursor && this.token.equals(cursor.token);
	}

	@Override
	public int hashCode() {
		return this.token.hashCode();
	}

	/**
	 * Leaves the positions out, because a cursor must not appear in log output.
	 */
	@Override
	public String toString() {
		return "Cursor[" + (this.entries.length / ENTRY_SIZE) + " channels]";
	}

}
