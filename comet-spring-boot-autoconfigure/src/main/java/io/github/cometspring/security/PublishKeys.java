package io.github.cometspring.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.List;

import io.github.cometspring.channel.OnceKey;
import org.jspecify.annotations.Nullable;

/**
 * The secrets by which publishers prove over HTTP that they may publish. Any of them is
 * accepted, so that one can be replaced by another without a moment in which neither is.
 * Nothing that this returns contains a secret.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class PublishKeys {

	/**
	 * The length of the shortest secret, in characters.
	 */
	public static final int MIN_LENGTH = 32;

	private final List<Key> keys;

	/**
	 * Creates the keys.
	 * @param secrets the secrets, such as 32 random bytes in base64 each; none if nobody
	 * may publish by a key
	 * @throws IllegalArgumentException if a secret has less than {@value #MIN_LENGTH}
	 * characters
	 */
	public PublishKeys(List<String> secrets) {
		for (String secret : secrets) {
			if (secret.length() < MIN_LENGTH) {
				throw new IllegalArgumentException(
						"Secret of %d characters is too short: use at least %d".formatted(secret.length(), MIN_LENGTH));
			}
		}
		this.keys = secrets.stream().map(Key::new).toList();
	}

	/**
	 * Finds the key that a text is. Takes the same time for every text of a length,
	 * whichever key it is like.
	 * @param presented the text as it came over the wire, one byte a character
	 * @return a name of the key, which is the same on all nodes, as the list of keys may
	 * have another order there; or {@code null} if the text is no key
	 */
	public @Nullable String find(String presented) {
		byte[] bytes = presented.getBytes(StandardCharsets.ISO_8859_1);
		String found = null;
		for (Key key : this.keys) {
			found = MessageDigest.isEqual(bytes, key.secret) ? key.name : found;
		}
		return found;
	}

	/**
	 * Whether there is no key.
	 * @return {@code true} if {@link #find} is always {@code null}
	 */
	public boolean isEmpty() {
		return this.keys.isEmpty();
	}

	/**
	 * Tells how many keys there are.
	 */
	@Override
	public String toString() {
		return "PublishKeys[%d]".formatted(this.keys.size());
	}

	/**
	 * A key. Its name is a hash, from which nobody finds out a secret of this length.
	 */
	private static final class Key {

		private final byte[] secret;

		private final String name;

		private Key(String secret) {
			this.secret = secret.getBytes(StandardCharsets.UTF_8);
			this.name = OnceKey.fingerprint(secret);
		}

	}

}
