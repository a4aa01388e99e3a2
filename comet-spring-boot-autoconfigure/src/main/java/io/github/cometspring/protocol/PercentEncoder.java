package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.function.IntPredicate;

import io.github.cometspring.channel.ChannelName;

/**
 * Percent-encodes text in UTF-8: the bytes of characters that are not literal become
 * {@code %XX}. A lone surrogate is written as U+FFFD. Immutable, thread-safe.
 */
final class PercentEncoder {

	/** The text of a message: only the unreserved characters are literal. */
	static final PercentEncoder DATA = new PercentEncoder(PercentEncoder::isUnreserved, (codePoint) -> false);

	/** An id in a body: the alphabet of ids is literal. */
	static final PercentEncoder ID = new PercentEncoder(ChannelName::isAllowed, ChannelName::isAllowed);

	/** An id in a header: the ASCII part of the alphabet of ids is literal. */
	static final PercentEncoder HEADER_ID = new PercentEncoder(ChannelName::isAllowed, (codePoint) -> false);

	private static final int ASCII = 0x80;

	private static final int REPLACEMENT = 0xFFFD;

	private final boolean[] literalAscii = new boolean[ASCII];

	private final IntPredicate literalNonAscii;

	private PercentEncoder(IntPredicate literalAscii, IntPredicate literalNonAscii) {
		for (int i = 0; i < ASCII; i++) {
			this.literalAscii[i] = literalAscii.test(i);
		}
		this.literalNonAscii = literalNonAscii;
	}

	private static boolean isUnreserved(int ascii) {
		return (ascii >= 'a' && ascii <= 'z') || (ascii >= 'A' && ascii <= 'Z') || (ascii >= '0' && ascii <= '9')
				|| "-_.~".indexOf(ascii) >= 0;
	}

	/**
	 * Returns how many bytes {@link #write} writes, without writing any.
	 * @param text the text
	 * @return the exact number of bytes
	 */
	long length(String text) {
		long length = 0;
		int i = 0;
		while (i < text.length()) {
			char c = text.charAt(i);
			if (c < ASCII) {
				length += this.literalAscii[c] ? 1 : 3;
				i++;
			}
			else {
				int codePoint = scalarValue(text, i);
				int bytes = (codePoint < 0x800) ? 2 : (codePoint < 0x10000) ? 3 : 4;
				length += this.literalNonAscii.test(codePoint) ? bytes : 3 * bytes;
				i += Character.charCount(codePoint);
			}
		}
		return length;
	}

	/**
	 * Writes a text.
	 * @param text the text
	 * @param target where to write, with room for {@link #length} bytes
	 * @param at the index of the first byte
	 * @return the index after the last byte
	 */
	int write(String text, byte[] target, int at) {
		int i = 0;
		while (i < text.length()) {
			char c = text.charAt(i);
			if (c < ASCII) {
				at = put(c, this.literalAscii[c], target, at);
				i++;
			}
			else {
				int codePoint = scalarValue(text, i);
				at = putNonAscii(codePoint, this.literalNonAscii.test(codePoint), target, at);
				i += Character.charCount(codePoint);
			}
		}
		return at;
	}

	String encode(String text) {
		byte[] bytes = new byte[Math.toIntExact(length(text))];
		write(text, bytes, 0);
		return new String(bytes, StandardCharsets.UTF_8);
	}

	private static int scalarValue(String text, int index) {
		int codePoint = text.codePointAt(index);
		return (codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE) ? REPLACEMENT : codePoint;
	}

	private static int putNonAscii(int codePoint, boolean literal, byte[] target, int at) {
		if (codePoint < 0x800) {
			at = put(0xC0 | (codePoint >> 6), literal, target, at);
		}
		else {
			if (codePoint < 0x10000) {
				at = put(0xE0 | (codePoint >> 12), literal, target, at);
			}
			else {
				at = put(0xF0 | (codePoint >> 18), literal, target, at);
				at = put(0x80 | ((codePoint >> 12) & 0x3F), literal, target, at);
			}
			at = put(0x80 | ((codePoint >> 6) & 0x3F), literal, target, at);
		}
		return put(0x80 | (codePoint & 0x3F), literal, target, at);
	}

	private static int put(int value, boolean literal, byte[] target, int at) {
		if (literal) {
			target[at] = (byte) value;
			return at + 1;
		}
		return HexDigits.escape(value, target, at);
	}

}
