package io.github.cometspring.channel;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;

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

	private static final int FINGERPRINT_BYTES = 18;

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

	/**
	 * A short text that stands for a long one, for brokers that remember keys: by it they
	 * notice that a key is used again with another message.
	 * @param text the text
	 * @return 24 letters, digits, {@code -} and {@code _}, which no other text has
	 */
	public static String fingerprint(String text) {
		try {
			byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
			return Base64.getUrlEncoder().encodeToString(Arrays.copyOf(hash, FINGERPRINT_BYTES));
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("No SHA-256", ex);
		}
	}

}
