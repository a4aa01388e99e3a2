package io.github.cometspring.channel;

/**
 * Measures the text of messages and replaces lone surrogates.
 */
final class MessageText {

	private static final char REPLACEMENT = '\uFFFD';

	private MessageText() {
	}

	/**
	 * The size of a text in UTF-8. A lone surrogate counts as its replacement.
	 * @param text the text
	 * @return the size in bytes
	 */
	static long utf8Length(String text) {
		long bytes = text.length();
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c >= 0x80) {
				bytes++;
				// Each half of a surrogate pair adds one: four bytes for two chars.
				if (c >= 0x800 && !isPaired(text, i)) {
					bytes++;
				}
			}
		}
		return bytes;
	}

	/**
	 * Replaces lone surrogates, which UTF-8 cannot encode.
	 * @param text the text
	 * @return the text, the same object if nothing had to be replaced
	 */
	static String wellFormed(String text) {
		StringBuilder replaced = null;
		for (int i = 0; i < text.length(); i++) {
			if (Character.isSurrogate(text.charAt(i)) && !isPaired(text, i)) {
				replaced = (replaced != null) ? replaced : new StringBuilder(text);
				replaced.setCharAt(i, REPLACEMENT);
			}
		}
		return (replaced != null) ? replaced.toString() : text;
	}

	private static boolean isPaired(String text, int index) {
		char c = text.charAt(index);
		if (Character.isHighSurrogate(c)) {
			return index + 1 < text.length() && Character.isLowSurrogate(text.charAt(index + 1));
		}
		return Character.isLowSurrogate(c) && index > 0 && Character.isHighSurrogate(text.charAt(index - 1));
	}

}
