package io.github.cometspring.channel;

import java.util.BitSet;

import org.jspecify.annotations.Nullable;

/**
 * Reads a text that is to be one JSON value (RFC 8259), and takes the white space out of
 * it that stands between its tokens: on the wire a value is a line (protocol, section 4).
 * Work is linear in the text, and nothing recurs however deep it is nested. A small
 * message takes about half the CPU time that Jackson's parser takes to check it, and one
 * with fifty objects about a fifth more ({@code JsonTextBenchmark}).
 */
final class JsonText {

	/**
	 * How deep arrays and objects may be nested: what every reader of JSON can read, with
	 * room for what is around the value on the wire.
	 */
	static final int MAX_DEPTH = 256;

	private final String text;

	/**
	 * Which of the open arrays and objects are objects.
	 */
	private final BitSet objects = new BitSet();

	private int depth;

	private int at;

	private @Nullable StringBuilder compact;

	private int copied;

	private JsonText(String text) {
		this.text = text;
	}

	/**
	 * Requires a text to be one JSON value.
	 * @param channel the id of the channel it is for
	 * @param text the text
	 * @return the value without white space between its tokens, the same object if there
	 * is none
	 * @throws InvalidJsonException if it is not one JSON value, or nested too deep
	 */
	static String requireValue(String channel, String text) {
		JsonText json = new JsonText(text);
		if (!json.readDocument()) {
			throw new InvalidJsonException(channel, json.at);
		}
		return json.compacted();
	}

	private String compacted() {
		return (this.compact != null) ? this.compact.append(this.text, this.copied, this.text.length()).toString()
				: this.text;
	}

	private boolean readDocument() {
		skipSpace();
		boolean valid = readValue();
		while (valid && this.depth > 0) {
			valid = readNext();
		}
		if (!valid) {
			return false;
		}
		skipSpace();
		return this.at == this.text.length();
	}

	/**
	 * Reads a scalar value, or the beginning of an array or object up to the value that
	 * comes first in it.
	 */
	private boolean readValue() {
		while (true) {
			switch (peek()) {
				case '[' -> {
					if (!open(false)) {
						return false;
					}
					if (peek() == ']') {
						return close();
					}
				}
				case '{' -> {
					if (!open(true)) {
						return false;
					}
					if (peek() == '}') {
						return close();
					}
					if (!readName()) {
						return false;
					}
				}
				case '"' -> {
					return readString();
				}
				case 't' -> {
					return readWord("true");
				}
				case 'f' -> {
					return readWord("false");
				}
				case 'n' -> {
					return readWord("null");
				}
				default -> {
					return readNumber();
				}
			}
		}
	}

	/**
	 * Reads what follows a value in an array or object.
	 */
	private boolean readNext() {
		skipSpace();
		boolean object = this.objects.get(this.depth);
		if (peek() == (object ? '}' : ']')) {
			return close();
		}
		if (peek() != ',') {
			return false;
		}
		this.at++;
		skipSpace();
		return (!object || readName()) && readValue();
	}

	private boolean open(boolean object) {
		if (this.depth == MAX_DEPTH) {
			return false;
		}
		this.objects.set(++this.depth, object);
		this.at++;
		skipSpace();
		return true;
	}

	private boolean close() {
		this.depth--;
		this.at++;
		return true;
	}

	private boolean readName() {
		if (peek() != '"' || !readString()) {
			return false;
		}
		skipSpace();
		if (peek() != ':') {
			return false;
		}
		this.at++;
		skipSpace();
		return true;
	}

	private boolean readString() {
		this.at++;
		while (true) {
			int c = peek();
			// Control characters, and the end of the text
			if (c < ' ' || (c == '\\' && !readEscape())) {
				return false;
			}
			if (c != '\\') {
				this.at++;
			}
			if (c == '"') {
				return true;
			}
		}
	}

	private boolean readEscape() {
		this.at++;
		int c = peek();
		if (c != 'u') {
			if (c < 0 || "\"\\/bfnrt".indexOf(c) < 0) {
				return false;
			}
			this.at++;
			return true;
		}
		this.at++;
		for (int i = 0; i < 4; i++) {
			if (!isHexDigit(peek())) {
				return false;
			}
			this.at++;
		}
		return true;
	}

	private boolean readWord(String word) {
		for (int i = 0; i < word.length(); i++) {
			if (peek() != word.charAt(i)) {
				return false;
			}
			this.at++;
		}
		return true;
	}

	private boolean readNumber() {
		if (peek() == '-') {
			this.at++;
		}
		if (peek() == '0') {
			this.at++;
		}
		else if (!readDigits()) {
			return false;
		}
		if (peek() == '.') {
			this.at++;
			if (!readDigits()) {
				return false;
			}
		}
		if (peek() == 'e' || peek() == 'E') {
			this.at++;
			if (peek() == '+' || peek() == '-') {
				this.at++;
			}
			return readDigits();
		}
		return true;
	}

	private boolean readDigits() {
		int start = this.at;
		while (isDigit(peek())) {
			this.at++;
		}
		return this.at > start;
	}

	private void skipSpace() {
		int start = this.at;
		while (isSpace(peek())) {
			this.at++;
		}
		if (this.at > start) {
			this.compact = (this.compact != null) ? this.compact : new StringBuilder(this.text.length());
			this.compact.append(this.text, this.copied, start);
			this.copied = this.at;
		}
	}

	private int peek() {
		return (this.at < this.text.length()) ? this.text.charAt(this.at) : -1;
	}

	private static boolean isSpace(int c) {
		return c == ' ' || c == '\n' || c == '\r' || c == '\t';
	}

	private static boolean isDigit(int c) {
		return c >= '0' && c <= '9';
	}

	private static boolean isHexDigit(int c) {
		return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	}

}
