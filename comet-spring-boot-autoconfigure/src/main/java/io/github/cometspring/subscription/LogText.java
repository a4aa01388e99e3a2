package io.github.cometspring.subscription;

/**
 * Prepares text from outside, such as the name of a user, for a line of the log.
 *
 * @since 0.1.0
 */
public final class LogText {

	private static final int LONGEST = 100;

	private static final char REPLACEMENT = '?';

	private LogText() {
	}

	/**
	 * Replaces what could begin another line, end a quotation or hide a part of the line:
	 * quotation marks, and all control characters, separators of lines and format
	 * characters. Cuts a long text.
	 * @param text the text
	 * @return the text that may be logged in single quotation marks
	 */
	public static String of(String text) {
		StringBuilder safe = new StringBuilder();
		int length = Math.min(text.length(), LONGEST);
		for (int i = 0; i < length; i++) {
			char c = text.charAt(i);
			safe.append(isSafe(c) ? c : REPLACEMENT);
		}
		return (length < text.length()) ? safe + "..." : safe.toString();
	}

	private static boolean isSafe(char c) {
		return c != '\'' && switch (Character.getType(c)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
			default -> true;
		};
	}

}
