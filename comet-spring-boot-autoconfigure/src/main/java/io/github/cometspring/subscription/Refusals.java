package io.github.cometspring.subscription;

import java.util.Collection;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The channels of a subscription that are refused, while the others are served (protocol,
 * section 8). Immutable.
 *
 * @param reasons why each is refused, by its id as the client named it
 * @since 0.1.0
 */
public record Refusals(Map<String, Reason> reasons) {

	/**
	 * Nothing is refused.
	 */
	public static final Refusals NONE = new Refusals(Map.of());

	/**
	 * Creates refusals.
	 * @param reasons why each is refused
	 */
	public Refusals {
		reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
	}

	/**
	 * These refusals and further ones.
	 * @param channels the ids of the channels that are refused, too
	 * @param reason why
	 * @return all of them, in this order
	 */
	public Refusals and(Collection<String> channels, Reason reason) {
		if (channels.isEmpty()) {
			return this;
		}
		Map<String, Reason> all = new LinkedHashMap<>(this.reasons);
		channels.forEach((channel) -> all.putIfAbsent(channel, reason));
		return new Refusals(all);
	}

	/**
	 * Whether nothing is refused.
	 * @return {@code true} if there is no refusal
	 */
	public boolean isEmpty() {
		return this.reasons.isEmpty();
	}

	/**
	 * The ids of the channels.
	 * @return the ids
	 */
	public Set<String> channels() {
		return this.reasons.keySet();
	}

	/**
	 * Why all of them are refused.
	 * @return the word of the protocol, or {@code null} if there are several reasons or
	 * no refusal
	 */
	public @Nullable String why() {
		if (this.reasons.isEmpty()) {
			return null;
		}
		Set<Reason> all = EnumSet.copyOf(this.reasons.values());
		return (all.size() == 1) ? all.iterator().next().why() : null;
	}

	/**
	 * Why a channel is refused.
	 */
	public enum Reason {

		/**
		 * The client may not read it.
		 */
		FORBIDDEN("forbidden"),

		/**
		 * The client names a place to start it that cannot be.
		 */
		CURSOR("cursor");

		private final String why;

		Reason(String why) {
			this.why = why;
		}

		/**
		 * The reason as the client is told.
		 * @return the word of the protocol
		 */
		public String why() {
			return this.why;
		}

	}

}
