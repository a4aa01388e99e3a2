package io.github.cometspring.protocol;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * Decodes the names and values of a form in all encodings that scripts use:
 * {@code encodeURIComponent}, {@code escape}, raw bytes (protocol, section 2). One buffer
 * serves the full form. Not thread-safe.
 */
final class FormText {

	private static final String ESCAPED_UNIT = "%uXXXX";

	/** The length of the longest escape of an ASCII character. */
	static final int LONGEST_ESCAPE = ESCAPED_UNIT.length();

	private static final char REPLACEMENT = '\uFFFD';

	private final byte[] form;

	private final ByteBuffer stretch;

	private final CharBuffer text;

	private final CharsetDecoder utf8 = StandardCharsets.UTF_8.newDecoder()
		.onMalformedInput(CodingErrorAction.REPORT)
		.onUnmappableCharacter(CodingErrorAction.REPORT);

	FormText(byte[] form) {
		this.form = form;
		// Decoded text is never longer than its encoded form
		this.stretch = ByteBuffer.allocate(form.length);
		this.text = CharBuffer.allocate(form.length);
	}

	/**
	 * Decodes a name or a value.
	 * @param from the index of its first byte
	 * @param to the index after its last byte
	 * @return its text, valid until the next call
	 */
	CharSequence decode(int from, int to) {
		this.text.clear();
		int i = from;
		while (i < to) {
			byte b = this.form[i];
			int unit = codeUnit(i, to);
			int octet = (b == '%') ? HexDigits.parse(this.form, i + 1, to, 2) : -1;
			if (unit >= 0) {
				endStretch();
				i = putCodeUnits((char) unit, i + LONGEST_ESCAPE, to);
			}
			else if (octet >= 0) {
				this.stretch.put((byte) octet);
				i += 3;
			}
			else {
				this.stretch.put((b == '+') ? (byte) ' ' : b);
				i++;
			}
		}
		endStretch();
		return this.text.flip();
	}

	private int putCodeUnits(char unit, int next, int to) {
		if (!Character.isSurrogate(unit)) {
			this.text.put(unit);
			return next;
		}
		int low = Character.isHighSurrogate(unit) ? codeUnit(next, to) : -1;
		if (low >= 0 && Character.isLowSurrogate((char) low)) {
			this.text.put(unit).put((char) low);
			return next + LONGEST_ESCAPE;
		}
		this.text.put(REPLACEMENT);
		return next;
	}

	private int codeUnit(int at, int to) {
		boolean escape = to - at >= LONGEST_ESCAPE && this.form[at] == '%' && this.form[at + 1] == 'u';
		return escape ? HexDigits.parse(this.form, at + 2, to, 4) : -1;
	}

	/*
	 * escape('é') sends %E9, encodeURIComponent('é') sends %C3%A9, and both name the same
	 * channel: a stretch of bytes is UTF-8 as a whole or Latin-1 as a whole (section 2,
	 * rule 3).
	 */
	private void endStretch() {
		int start = this.text.position();
		this.stretch.flip();
		if (this.utf8.reset().decode(this.stretch, this.text, true).isError()) {
			this.text.position(start);
			this.stretch.rewind();
			while (this.stretch.hasRemaining()) {
				this.text.put((char) (this.stretch.get() & 0xFF));
			}
		}
		this.stretch.clear();
	}

}
