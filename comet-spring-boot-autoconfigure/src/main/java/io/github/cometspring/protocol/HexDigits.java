package io.github.cometspring.protocol;

/**
 * Hexadecimal digits of escapes: writes upper case, reads both cases.
 */
final class HexDigits {

	private static final byte[] UPPER = { '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E',
			'F' };

	private HexDigits() {
	}

	/**
	 * Writes {@code %XX}.
	 * @param value the byte to write, 0 to 255
	 * @param target where to write
	 * @param at the index of the percent sign
	 * @return the index after the last digit
	 */
	static int escape(int value, byte[] target, int at) {
		target[at] = '%';
		target[at + 1] = UPPER[value >> 4];
		target[at + 2] = UPPER[value & 0xF];
		return at + 3;
	}

	/**
	 * Reads a fixed number of digits.
	 * @param source where to read
	 * @param from the index of the first digit
	 * @param to the exclusive end of the input
	 * @param count how many digits there must be, at most seven
	 * @return their value, or -1 if there are fewer or one of them is not a digit
	 */
	static int parse(byte[] source, int from, int to, int count) {
		if (to - from < count) {
			return -1;
		}
		int value = 0;
		for (int i = from; i < from + count; i++) {
			int digit = Character.digit(source[i] & 0xFF, 16);
			if (digit < 0) {
				return -1;
			}
			value = (value << 4) | digit;
		}
		return value;
	}

}
