package io.github.cometspring.soak;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Bytes that have arrived on a connection and are not read yet.
 */
final class Inbox {

	private static final int SIZE = 256;

	private byte[] bytes = new byte[SIZE];

	private int start;

	private int end;

	void add(ByteBuffer more) {
		int count = more.remaining();
		if (this.start == this.end) {
			this.start = 0;
			this.end = 0;
		}
		if (this.end + count > this.bytes.length) {
			int size = size();
			byte[] larger = (size + count > this.bytes.length) ? new byte[Math.max(2 * this.bytes.length, size + count)]
					: this.bytes;
			System.arraycopy(this.bytes, this.start, larger, 0, size);
			this.bytes = larger;
			this.start = 0;
			this.end = size;
		}
		more.get(this.bytes, this.end, count);
		this.end += count;
	}

	int size() {
		return this.end - this.start;
	}

	/**
	 * A byte that stays.
	 * @param index how far behind the first one
	 * @return the byte as a number from 0 to 255
	 */
	int peek(int index) {
		return this.bytes[this.start + index] & 0xFF;
	}

	/**
	 * Takes a line.
	 * @return the line without its end, or {@code null} if it is not complete
	 */
	@Nullable String line() {
		for (int i = this.start; i < this.end; i++) {
			if (this.bytes[i] == '\n') {
				int last = (i > this.start && this.bytes[i - 1] == '\r') ? i - 1 : i;
				String line = new String(this.bytes, this.start, last - this.start, StandardCharsets.ISO_8859_1);
				this.start = i + 1;
				return line;
			}
		}
		return null;
	}

	/**
	 * Takes text.
	 * @param length its length in bytes, which must be there
	 * @return the text, one character a byte
	 */
	String text(int length) {
		String text = new String(this.bytes, this.start, length, StandardCharsets.ISO_8859_1);
		this.start += length;
		return text;
	}

	byte[] take(int length) {
		byte[] taken = Arrays.copyOfRange(this.bytes, this.start, this.start + length);
		this.start += length;
		return taken;
	}

}
