package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the {@link ChannelBroker} cannot reach the store behind it at the moment.
 * {@link #isOutcomeUnknown()} says whether the call may have taken effect. New clients
 * are told to try again; clients that are waiting go on waiting.
 *
 * @since 0.1.0
 */
public class BrokerUnavailableException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * Whether what was asked may have been done.
	 */
	private final boolean outcomeUnknown;

	/**
	 * Creates an exception of a broker that has not done what was asked, or of which
	 * nothing is known.
	 * @param cause what the broker met, or {@code null} if it knows without trying
	 */
	public BrokerUnavailableException(@Nullable Throwable cause) {
		this(cause, false);
	}

	/**
	 * Creates an exception.
	 * @param cause what the broker met, or {@code null} if it knows without trying
	 * @param outcomeUnknown whether what was asked is known to be under way, and its
	 * answer was lost: a message may have been published or not
	 */
	public BrokerUnavailableException(@Nullable Throwable cause, boolean outcomeUnknown) {
		super(outcomeUnknown ? "The channel broker has not answered (what was asked may have been done or not)"
				: "The channel broker cannot be reached (try again later)", cause);
		this.outcomeUnknown = outcomeUnknown;
	}

	/**
	 * Whether the request was sent and its answer was lost. Who publishes a message again
	 * after this may publish it twice. A message may also appear after this, behind
	 * others that were published later.
	 * @return {@code true} if what was asked may have been done
	 */
	public boolean isOutcomeUnknown() {
		return this.outcomeUnknown;
	}

}
