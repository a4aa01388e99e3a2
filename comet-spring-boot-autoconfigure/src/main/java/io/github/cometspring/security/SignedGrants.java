package io.github.cometspring.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;

import io.github.cometspring.channel.ChannelGrants;
import io.github.cometspring.channel.ChannelName;
import org.jspecify.annotations.Nullable;

/**
 * Signs and verifies grants, without storing them anywhere. A grant is {@code a.b}: both
 * parts are base64 for addresses, without padding. {@code a} consists of a version, the
 * id of the key, the end of the grant and the id of the channel; {@code b} is the
 * HMAC-SHA256 of these bytes (protocol, section 10).
 * <p>
 * Ends are absolute times, so the clocks of all nodes have to agree.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class SignedGrants implements ChannelGrants {

	/**
	 * The length of the longest grant, in characters. The grant of the longest id is
	 * shorter.
	 */
	public static final int MAX_LENGTH = 768;

	private static final Duration LONGEST = Duration.ofDays(365);

	private static final byte VERSION = 1;

	/**
	 * The number of bytes before the id of the channel.
	 */
	private static final int HEAD = 1 + GrantKey.ID_LENGTH + Long.BYTES;

	private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

	private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

	private final List<GrantKey> keys;

	private final InstantSource clock;

	/**
	 * Creates the grants of an application.
	 * @param keys the keys: the first one signs, all verify. Without a key, nothing can
	 * be signed and no grant is valid
	 */
	public SignedGrants(List<GrantKey> keys) {
		this(keys, InstantSource.system());
	}

	SignedGrants(List<GrantKey> keys, InstantSource clock) {
		this.keys = List.copyOf(keys);
		this.clock = clock;
	}

	/**
	 * Whether there is a key.
	 * @return {@code false} if no grant is valid
	 */
	public boolean hasKeys() {
		return !this.keys.isEmpty();
	}

	@Override
	public String grant(String channel, Duration validity) {
		ChannelName.requireValid(channel);
		if (validity.isNegative() || validity.isZero() || validity.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(
					"Cannot sign a grant for %s: use a positive time of at most %d days".formatted(validity,
							LONGEST.toDays()));
		}
		if (this.keys.isEmpty()) {
			throw new IllegalStateException("Cannot sign a grant without a key: "
					+ "set comet.grants.keys to a secret of at least %d characters".formatted(GrantKey.MIN_LENGTH));
		}
		GrantKey key = this.keys.get(0);
		byte[] content = encode(key, end(validity), channel);
		return ENCODER.encodeToString(content) + "." + ENCODER.encodeToString(key.sign(content));
	}

	/**
	 * The end of a grant, which is the first full second that is not earlier.
	 */
	private long end(Duration validity) {
		Instant end = this.clock.instant().plus(validity);
		return (end.getNano() > 0) ? end.getEpochSecond() + 1 : end.getEpochSecond();
	}

	private static byte[] encode(GrantKey key, long end, String channel) {
		byte[] id = channel.getBytes(StandardCharsets.UTF_8);
		return ByteBuffer.allocate(HEAD + id.length).put(VERSION).put(key.id()).putLong(end).put(id).array();
	}

	/**
	 * Verifies a grant.
	 * @param token what a client presents, anything
	 * @return the grant, or {@code null} if none of the keys has signed it, or it has
	 * ended
	 */
	@Nullable Grant verify(String token) {
		int dot = token.indexOf('.');
		if (dot < 0 || token.length() > MAX_LENGTH) {
			return null;
		}
		byte[] content = decode(token.substring(0, dot));
		byte[] signature = decode(token.substring(dot + 1));
		if (content == null || signature == null || content.length <= HEAD || content[0] != VERSION
				|| !isSigned(content, signature)) {
			return null;
		}
		ByteBuffer bytes = ByteBuffer.wrap(content).position(1 + GrantKey.ID_LENGTH);
		Instant end = Instant.ofEpochSecond(bytes.getLong());
		String channel = StandardCharsets.UTF_8.decode(bytes).toString();
		return this.clock.instant().isBefore(end) ? new Grant(channel, end) : null;
	}

	private boolean isSigned(byte[] content, byte[] signature) {
		for (GrantKey key : this.keys) {
			if (key.isNamed(content, 1) && key.hasSigned(content, signature)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Decodes only what {@link #ENCODER} makes: the decoder would also take padding and
	 * stray bits, and so other texts for the same grant.
	 */
	private static byte @Nullable [] decode(String text) {
		try {
			byte[] bytes = DECODER.decode(text);
			return ENCODER.encodeToString(bytes).equals(text) ? bytes : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

	/**
	 * A grant that was verified.
	 *
	 * @param channel the id of the channel that its bearer may read
	 * @param end when the permission ends
	 */
	record Grant(String channel, Instant end) {
	}

}
