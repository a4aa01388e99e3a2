package io.github.cometspring.security;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

import io.github.cometspring.channel.ChannelGrants;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.GrantToken;

/**
 * Signs and verifies grants by HMAC-SHA256 (protocol, section 10), without storing them
 * anywhere.
 * <p>
 * Grants end at absolute times, so the clocks of all nodes have to agree.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class SignedGrants implements ChannelGrants {

	private static final Duration LONGEST = Duration.ofDays(365);

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
			throw new IllegalArgumentException("Cannot sign a grant for %s: use a positive time of at most %d days"
				.formatted(validity, LONGEST.toDays()));
		}
		if (this.keys.isEmpty()) {
			throw new IllegalStateException("Cannot sign a grant without a key: "
					+ "set comet.grants.keys to a secret of at least %d characters".formatted(GrantKey.MIN_LENGTH));
		}
		GrantKey key = this.keys.get(0);
		byte[] content = GrantToken.content(key.id(), end(validity), channel);
		return GrantToken.format(content, key.sign(content));
	}

	/**
	 * The end of a grant, which is the first full second that is not earlier.
	 */
	private long end(Duration validity) {
		Instant end = this.clock.instant().plus(validity);
		return (end.getNano() > 0) ? end.getEpochSecond() + 1 : end.getEpochSecond();
	}

	/**
	 * Verifies a grant.
	 * @param token the grant that a client presents
	 * @return {@code true} if one of the keys has signed it and it has not ended
	 */
	boolean verify(GrantToken token) {
		for (GrantKey key : this.keys) {
			if (key.isNamed(token.keyId()) && key.hasSigned(token.content(), token.signature())) {
				return this.clock.instant().isBefore(token.end());
			}
		}
		return false;
	}

}
