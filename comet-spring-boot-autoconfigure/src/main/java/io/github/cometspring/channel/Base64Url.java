package io.github.cometspring.channel;

import java.util.Base64;

import org.jspecify.annotations.Nullable;

/**
 * Bytes as text of the characters {@code A-Z a-z 0-9 - _}, which needs no escapes in
 * addresses and headers: base64url without padding (RFC 4648, section 5).
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Base64Url {

	private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

	private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

	private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	private Base64Url() {
	}

	/**
	 * Encodes bytes.
	 * @param bytes the bytes
	 * @return the text
	 */
	public static String encode(byte[] bytes) {
		return ENCODER.encodeToString(bytes);
	}

	/**
	 * Encodes bytes.
	 * @param bytes the bytes
	 * @return the text, in ASCII
	 */
	static byte[] encodeToAscii(byte[] bytes) {
		return ENCODER.encode(bytes);
	}

	/**
	 * Decodes a text that {@link #encode} makes, and no other: Java's decoder would also
	 * take padding and stray bits, and so several texts for the same bytes.
	 * @param text the text, which may be anything
	 * @return the bytes, or {@code null} if no bytes are encoded in this way
	 */
	public static byte @Nullable [] decode(String text) {
		if (text.indexOf('=') >= 0 || hasStrayBits(text)) {
			return null;
		}
		try {
			return DECODER.decode(text);
		}
		catch (IllegalArgumentException ex) {
			// Its message would contain a part of the text, which may be a secret.
			return null;
		}
	}

	/**
	 * Whether the last character has bits that belong to no byte: 4 of them if one byte
	 * is in the last group, 2 if two bytes are.
	 */
	private static boolean hasStrayBits(String text) {
		int stray = switch (text.length() % 4) {
			case 2 -> 0xF;
			case 3 -> 0x3;
			default -> 0;
		};
		return stray != 0 && (ALPHABET.indexOf(text.charAt(text.length() - 1)) & stray) != 0;
	}

}
