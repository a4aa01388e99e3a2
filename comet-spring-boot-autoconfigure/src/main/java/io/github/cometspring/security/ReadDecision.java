package io.github.cometspring.security;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * Whether a client may read a channel, and until when.
 *
 * @param permitted whether it may
 * @param until when the permission ends, or {@code null} if it does not end by itself;
 * always {@code null} if it may not
 * @since 0.1.0
 */
public record ReadDecision(boolean permitted, @Nullable Instant until) {

	/**
	 * The client may not read the channel.
	 */
	public static final ReadDecision REFUSED = new ReadDecision(false, null);

	/**
	 * The client may read the channel, and the permission does not end by itself.
	 */
	public static final ReadDecision PERMITTED = new ReadDecision(true, null);

	/**
	 * Creates a decision.
	 * @param permitted whether the client may read the channel
	 * @param until when the permission ends, or {@code null}
	 * @throws IllegalArgumentException if a refusal has an end
	 */
	public ReadDecision {
		if (!permitted && until != null) {
			throw new IllegalArgumentException("A refusal does not end by itself; leave out 'until'");
		}
	}

	/**
	 * A permission.
	 * @param until when it ends, or {@code null} if it does not end by itself
	 * @return the decision
	 */
	public static ReadDecision permitted(@Nullable Instant until) {
		return (until != null) ? new ReadDecision(true, until) : PERMITTED;
	}

	/**
	 * A permission if one of two decisions permits.
	 * @param other the other decision
	 * @return a refusal if both refuse; else a permission that ends with the later one
	 */
	public ReadDecision or(ReadDecision other) {
		if (!this.permitted || !other.permitted) {
			return this.permitted ? this : other;
		}
		if (this.until == null || other.until == null) {
			return PERMITTED;
		}
		return this.until.isAfter(other.until) ? this : other;
	}

	/**
	 * A permission if two decisions permit.
	 * @param other the other decision
	 * @return a refusal if one of them refuses; else a permission that ends with the
	 * earlier one
	 */
	public ReadDecision and(ReadDecision other) {
		if (!this.permitted || !other.permitted) {
			return REFUSED;
		}
		if (this.until == null || other.until == null) {
			return (this.until != null) ? this : other;
		}
		return this.until.isBefore(other.until) ? this : other;
	}

}
