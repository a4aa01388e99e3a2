package io.github.cometspring.security;

import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

import org.jspecify.annotations.Nullable;

/**
 * Which channels of a subscription a client may read, and until when. A channel that is
 * not mentioned is refused. Immutable.
 *
 * @since 0.1.0
 */
public final class ReadDecisions {

	private static final ReadDecisions NONE = new ReadDecisions(Map.of());

	private final Map<String, ReadDecision> decisions;

	private ReadDecisions(Map<String, ReadDecision> decisions) {
		this.decisions = decisions;
	}

	/**
	 * Decisions by channel.
	 * @param decisions the decisions by the id of the channel, as the client named it
	 * @return the decisions
	 */
	public static ReadDecisions of(Map<String, ReadDecision> decisions) {
		return new ReadDecisions(Map.copyOf(decisions));
	}

	/**
	 * Refuses all channels.
	 * @return the decisions
	 */
	public static ReadDecisions refuseAll() {
		return NONE;
	}

	/**
	 * Permits all channels of a request, until the log-in of the user ends.
	 * @param request the request
	 * @return the decisions
	 */
	public static ReadDecisions permitAll(ReadRequest request) {
		return permit(request.channels(), request.expiry());
	}

	/**
	 * Permits channels.
	 * @param channels the ids, as the client named them
	 * @param until when the permission ends, or {@code null} if it does not end by itself
	 * @return the decisions
	 */
	public static ReadDecisions permit(Collection<String> channels, @Nullable Instant until) {
		ReadDecision decision = ReadDecision.permitted(until);
		Map<String, ReadDecision> decisions = new LinkedHashMap<>();
		channels.forEach((channel) -> decisions.put(channel, decision));
		return new ReadDecisions(decisions);
	}

	/**
	 * Permits a channel.
	 * @param channel the id, as the client named it
	 * @param until when the permission ends, or {@code null} if it does not end by itself
	 * @return the decisions, which are combined by {@link #or}
	 */
	public static ReadDecisions permit(String channel, @Nullable Instant until) {
		return new ReadDecisions(Map.of(channel, ReadDecision.permitted(until)));
	}

	/**
	 * Refuses a channel.
	 * @param channel the id, as the client named it
	 * @return the decisions
	 */
	public static ReadDecisions refuse(String channel) {
		return new ReadDecisions(Map.of(channel, ReadDecision.REFUSED));
	}

	/**
	 * The decision about a channel.
	 * @param channel the id, as the client named it
	 * @return the decision, a refusal if there is none
	 */
	public ReadDecision on(String channel) {
		return this.decisions.getOrDefault(channel, ReadDecision.REFUSED);
	}

	/**
	 * Permits the channels that these or other decisions permit.
	 * @param other the other decisions
	 * @return the decisions; a permission ends with the later one
	 */
	public ReadDecisions or(ReadDecisions other) {
		return combine(other, ReadDecision::or);
	}

	/**
	 * Permits the channels that both these and other decisions permit.
	 * @param other the other decisions
	 * @return the decisions; a permission ends with the earlier one
	 */
	public ReadDecisions and(ReadDecisions other) {
		return combine(other, ReadDecision::and);
	}

	private ReadDecisions combine(ReadDecisions other, BinaryOperator<ReadDecision> operator) {
		Map<String, ReadDecision> combined = new LinkedHashMap<>();
		this.decisions
			.forEach((channel, decision) -> combined.put(channel, operator.apply(decision, other.on(channel))));
		other.decisions.forEach((channel, decision) -> combined.computeIfAbsent(channel,
				(missing) -> operator.apply(ReadDecision.REFUSED, decision)));
		return new ReadDecisions(combined);
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return this == other || (other instanceof ReadDecisions that && this.decisions.equals(that.decisions));
	}

	@Override
	public int hashCode() {
		return this.decisions.hashCode();
	}

	/**
	 * Tells the number of decisions. The ids of channels are secrets.
	 */
	@Override
	public String toString() {
		return "ReadDecisions[channels=%d]".formatted(this.decisions.size());
	}

}
