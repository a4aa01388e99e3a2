package io.github.cometspring.channel;

import java.security.SecureRandom;

/**
 * The rules for channel ids (protocol, section 1): 1 to {@value #MAX_LENGTH} code points,
 * each a Unicode letter or digit or one of {@code . _ ~ @ / -}. No id ever needs escaping
 * on any wire.
 * <p>
 * Stateless and thread-safe.
 *
 * @since 0.1.0
 */
public final class ChannelName {

	/**
	 * The length of the longest id, in code points.
	 */
	public static final int MAX_LENGTH = 128;

	private static final int RANDOM_BYTES = 18;

	private static final SecureRandom RANDOM = new SecureRandom();

	private ChannelName() {
	}

	/**
	 * Whether an id is valid.
	 * @param id the id
	 * @return {@code true} if the length and every character are allowed
	 */
	public static boolean isValid(String id) {
		// A code point takes at most two chars: this bounds the work for hostile input.
		if (id.isEmpty() || id.length() > 2 * MAX_LENGTH) {
			return false;
		}
		int length = 0;
		for (int i = 0; i < id.length(); length++) {
			int codePoint = id.codePointAt(i);
			if (!isAllowed(codePoint)) {
				return false;
			}
			i += Character.charCount(codePoint);
		}
		return length <= MAX_LENGTH;
	}

	/**
	 * Whether a character belongs to the alphabet of ids.
	 * @param codePoint the Unicode code point
	 * @return {@code true} if it may stand in an id
	 */
	public static boolean isAllowed(int codePoint) {
		return switch (codePoint) {
			case '.', '_', '~', '@', '/', '-' -> true;
			default -> Character.isLetterOrDigit(codePoint);
		};
	}

	/**
	 * Refuses an invalid id.
	 * @param id the id
	 * @return the id
	 * @throws InvalidChannelNameException if it is empty, too long or has a character
	 * outside the alphabet
	 */
	public static String requireValid(String id) {
		if (!isValid(id)) {
			throw InvalidChannelNameException.of(id);
		}
		return id;
	}

	/**
	 * A fresh id that cannot be guessed: 144 bits from a cryptographically strong random
	 * source, in URL-safe base64.
	 * @return the id
	 */
	static String generate() {
		byte[] bytes = new byte[RANDOM_BYTES];
		RANDOM.nextBytes(bytes);
		return Base64Url.encode(bytes);
	}

}
