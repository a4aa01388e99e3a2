package io.github.cometspring.channel;

import java.time.Duration;

/**
 * Names one publication on a channel, so that it is published once however often it is
 * tried: after a lost answer, or by a source that repeats itself.
 * <p>
 * Immutable and thread-safe.
 *
 * @param text the text that names it, such as the id of an event; 1 to
 * {@value #MAX_LENGTH} characters
 * @param validity how long it is remembered: positive, and at most 365 days
 * @since 0.1.0
 * @see Channel#publishOnce(String, OnceKey)
 */
public record OnceKey(String text, Duration validity) {

	/**
	 * The length of the longest text, in characters.
	 */
	public static final int MAX_LENGTH = 255;

	private static final Duration LONGEST = Duration.ofDays(365);

	/**
	 * Creates a key.
	 * @param text the text that names the publication
	 * @param validity how long it is remembered
	 * @throws IllegalArgumentException if the text is empty or too long, or the validity
	 * is out of its range
	 */
	public OnceKey {
		if (text.isEmpty() || text.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"Key of %d characters: use 1 to %d".formatted(text.length(), MAX_LENGTH));
		}
		if (validity.compareTo(Duration.ofMillis(1)) < 0 || validity.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"Validity of %s: use at least 1ms and at most %d days".formatted(validity, LONGEST.toDays()));
		}
	}

}
