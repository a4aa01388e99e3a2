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
				bytes += (c >= 0x800) ? 2 : 1;
				if (isPair(text, i)) {
					// Four bytes for two chars
					i++;
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
			if (isPair(text, i)) {
				i++;
			}
			else if (Character.isSurrogate(text.charAt(i))) {
				replaced = (replaced != null) ? replaced : new StringBuilder(text);
				replaced.setCharAt(i, REPLACEMENT);
			}
		}
		return (replaced != null) ? replaced.toString() : text;
	}

	private static boolean isPair(String text, int index) {
		return Character.isHighSurrogate(text.charAt(index)) && index + 1 < text.length()
				&& Character.isLowSurrogate(text.charAt(index + 1));
	}

}
