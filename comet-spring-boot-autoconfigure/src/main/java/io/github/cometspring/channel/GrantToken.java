package io.github.cometspring.channel;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * The parts of a grant, signed by somebody or nobody, and its text (protocol, section
 * 10). The text is {@code content.signature}, both in base64 for addresses, without
 * padding.
 * <p>
 * Immutable, as long as its arrays are not changed, and thread-safe.
 *
 * @since 0.1.0
 */
public final class GrantToken {

	/**
	 * The length of the longest grant, in characters. That of the longest id is shorter.
	 */
	public static final int MAX_LENGTH = 768;

	/**
	 * The length of the id of a key, in bytes.
	 */
	public static final int KEY_ID_LENGTH = 4;

	private static final byte VERSION = 1;

	/**
	 * The number of bytes before the id of the channel.
	 */
	private static final int HEAD = 1 + KEY_ID_LENGTH + Long.BYTES;

	private final byte[] content;

	private final byte[] signature;

	private GrantToken(byte[] content, byte[] signature) {
		this.content = content;
		this.signature = signature;
	}

	/**
	 * The content of a grant, which is to be signed.
	 * @param keyId the id of the key, of {@value #KEY_ID_LENGTH} bytes
	 * @param end the second since 1970 at which the grant ends
	 * @param channel the id of the channel
	 * @return the content
	 */
	public static byte[] content(byte[] keyId, long end, String channel) {
		byte[] id = channel.getBytes(StandardCharsets.UTF_8);
		return ByteBuffer.allocate(HEAD + id.length)
			.put(VERSION)
			.put(keyId, 0, KEY_ID_LENGTH)
			.putLong(end)
			.put(id)
			.array();
	}

	/**
	 * The text of a grant.
	 * @param content the content
	 * @param signature the signature of the content
	 * @return the text
	 */
	public static String format(byte[] content, byte[] signature) {
		return Base64Url.encode(content) + "." + Base64Url.encode(signature);
	}

	/**
	 * Reads a grant, without verifying it.
	 * @param text the text, which may be anything
	 * @return the grant, or {@code null} if the text is not a grant
	 */
	public static @Nullable GrantToken parse(String text) {
		int dot = text.indexOf('.');
		if (dot < 0 || text.length() > MAX_LENGTH) {
			return null;
		}
		byte[] content = Base64Url.decode(text.substring(0, dot));
		byte[] signature = Base64Url.decode(text.substring(dot + 1));
		if (content == null || signature == null || content.length <= HEAD || content[0] != VERSION) {
			return null;
		}
		return new GrantToken(content, signature);
	}

	/**
	 * The content, which the signature is of.
	 * @return the bytes, not to be changed
	 */
	public byte[] content() {
		return this.content;
	}

	/**
	 * The signature.
	 * @return the bytes, not to be changed
	 */
	public byte[] signature() {
		return this.signature;
	}

	/**
	 * The id of the key with which the grant claims to be signed.
	 * @return a copy
	 */
	public byte[] keyId() {
		return Arrays.copyOfRange(this.content, 1, 1 + KEY_ID_LENGTH);
	}

	/**
	 * When the grant ends.
	 * @return the time, of a grant that was verified
	 */
	public Instant end() {
		return Instant.ofEpochSecond(ByteBuffer.wrap(this.content).getLong(1 + KEY_ID_LENGTH));
	}

	/**
	 * The id of the channel that the grant is for.
	 * @return the id, valid or not
	 */
	public String channel() {
		return new String(this.content, HEAD, this.content.length - HEAD, StandardCharsets.UTF_8);
	}

}
