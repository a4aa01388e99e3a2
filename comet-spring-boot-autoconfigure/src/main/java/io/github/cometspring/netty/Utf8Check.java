package io.github.cometspring.netty;

import io.netty.buffer.ByteBuf;
import io.netty.util.ByteProcessor;

/**
 * Checks whether bytes that come in pieces are UTF-8 (RFC 3629, section 4). Not
 * thread-safe.
 */
final class Utf8Check implements ByteProcessor {

	private static final int LOWEST = 0x80;

	private static final int HIGHEST = 0xBF;

	/**
	 * The number of bytes of the last character that have not come.
	 */
	private int missing;

	/**
	 * The bounds of the next of them.
	 */
	private int low = LOWEST;

	private int high = HIGHEST;

	/**
	 * Checks the next piece.
	 * @param piece the bytes, whose reader index is not changed
	 * @return whether all could be UTF-8 so far
	 */
	boolean accept(ByteBuf piece) {
		return piece.forEachByte(this) < 0;
	}

	/**
	 * Whether no character is incomplete.
	 */
	boolean isComplete() {
		return this.missing == 0;
	}

	@Override
	public boolean process(byte value) {
		int b = value & 0xFF;
		if (this.missing == 0) {
			return b < LOWEST || begins(b);
		}
		boolean continues = b >= this.low && b <= this.high;
		this.missing--;
		this.low = LOWEST;
		this.high = HIGHEST;
		return continues;
	}

	private boolean begins(int b) {
		if (b < 0xC2 || b > 0xF4) {
			return false;
		}
		this.missing = (b < 0xE0) ? 1 : (b < 0xF0) ? 2 : 3;
		// No overlong form, no half of a surrogate pair, nothing beyond Unicode
		switch (b) {
			case 0xE0 -> this.low = 0xA0;
			case 0xED -> this.high = 0x9F;
			case 0xF0 -> this.low = 0x90;
			case 0xF4 -> this.high = 0x8F;
			default -> {
				// Any continuation byte is valid.
			}
		}
		return true;
	}

}
