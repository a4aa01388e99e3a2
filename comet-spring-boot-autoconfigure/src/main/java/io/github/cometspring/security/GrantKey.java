package io.github.cometspring.security;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import io.github.cometspring.channel.GrantToken;

/**
 * A key that grants are signed and verified with, by HMAC-SHA256. Nothing that it returns
 * contains the secret.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class GrantKey {

	/**
	 * The length of the shortest secret, in characters.
	 */
	public static final int MIN_LENGTH = 32;

	private static final String ALGORITHM = "HmacSHA256";

	private static final byte[] ID_TEXT = "comet.grants.id".getBytes(StandardCharsets.US_ASCII);

	private final SecretKeySpec secret;

	private final byte[] id;

	private GrantKey(SecretKeySpec secret) {
		this.secret = secret;
		// Grants begin with a version, so none begins like this text.
		this.id = Arrays.copyOf(sign(ID_TEXT), GrantToken.KEY_ID_LENGTH);
	}

	/**
	 * Creates a key. The secret is used as it is written, so that random bytes may be
	 * given in base64 or in any other form.
	 * @param secret the secret, such as 32 random bytes in base64
	 * @return the key
	 * @throws IllegalArgumentException if the secret has less than {@value #MIN_LENGTH}
	 * characters
	 */
	public static GrantKey of(String secret) {
		if (secret.length() < MIN_LENGTH) {
			throw new IllegalArgumentException(
					"Secret of %d characters is too short: use at least %d".formatted(secret.length(), MIN_LENGTH));
		}
		return new GrantKey(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM));
	}

	/**
	 * Identifies the key in grants, so that a verifier need not try all of its keys.
	 * @return a copy of the first bytes of a signature
	 */
	byte[] id() {
		return this.id.clone();
	}

	boolean isNamed(byte[] id) {
		return Arrays.equals(id, this.id);
	}

	byte[] sign(byte[] content) {
		try {
			Mac mac = Mac.getInstance(ALGORITHM);
			mac.init(this.secret);
			return mac.doFinal(content);
		}
		catch (GeneralSecurityException ex) {
			throw new IllegalStateException("No " + ALGORITHM, ex);
		}
	}

	/**
	 * Whether a signature is this key's. Takes the same time for every signature of the
	 * right length.
	 */
	boolean hasSigned(byte[] content, byte[] signature) {
		return MessageDigest.isEqual(sign(content), signature);
	}

	/**
	 * Tells the id of the key, which every grant shows, and not the secret.
	 */
	@Override
	public String toString() {
		return "GrantKey[id=%s]".formatted(HexFormat.of().formatHex(this.id));
	}

}
