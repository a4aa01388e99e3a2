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
 * @param reasons the reason for each channel, by its id as the client named it
 * @since 0.1.0
 */
public record Refusals(Map<String, Reason> reasons) {

	/**
	 * No refusal.
	 */
	public static final Refusals NONE = new Refusals(Map.of());

	/**
	 * Creates refusals.
	 * @param reasons the reason for each channel
	 */
	public Refusals {
		reasons = Collections.unmodifiableMap(new LinkedHashMap<>(reasons));
	}

	/**
	 * These refusals and further ones.
	 * @param channels the ids of further channels
	 * @param reason the reason for them
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
	 * Whether there is no refusal.
	 * @return {@code true} if there is no refusal
	 */
	public boolean isEmpty() {
		return this.reasons.isEmpty();
	}

	/**
	 * The ids of the refused channels.
	 * @return the ids
	 */
	public Set<String> channels() {
		return this.reasons.keySet();
	}

	/**
	 * The reason for all of them.
	 * @return the protocol's name of the reason, or {@code null} if there are several
	 * reasons or no refusal
	 */
	public @Nullable String why() {
		if (this.reasons.isEmpty()) {
			return null;
		}
		Set<Reason> all = EnumSet.copyOf(this.reasons.values());
		return (all.size() == 1) ? all.iterator().next().why() : null;
	}

	/**
	 * The reason for the refusal of a channel.
	 */
	public enum Reason {

		/**
		 * The client may not read the channel.
		 */
		FORBIDDEN("forbidden"),

		/**
		 * The client's cursor for the channel is invalid.
		 */
		CURSOR("cursor");

		private final String why;

		Reason(String why) {
			this.why = why;
		}

		/**
		 * The reason as it is sent to the client.
		 * @return the protocol's name of the reason
		 */
		public String why() {
			return this.why;
		}

	}

}
