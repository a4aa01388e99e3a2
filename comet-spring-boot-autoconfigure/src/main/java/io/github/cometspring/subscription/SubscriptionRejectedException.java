package io.github.cometspring.subscription;

import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a subscription is refused by policy. It has no stack trace: a client causes
 * it.
 *
 * @since 0.1.0
 */
public class SubscriptionRejectedException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Why it was refused.
	 */
	private final Reason reason;

	/**
	 * How many channels there may be, where that is the reason.
	 */
	private final @Nullable Integer maxChannels;

	private final transient Refusals refused;

	/**
	 * Where the client stands, as it said.
	 */
	private final transient @Nullable Cursor cursor;

	private SubscriptionRejectedException(Reason reason, String message, @Nullable Integer maxChannels,
			Refusals refused, @Nullable Cursor cursor) {
		super(message, null, false, false);
		this.reason = reason;
		this.maxChannels = maxChannels;
		this.refused = refused;
		this.cursor = cursor;
	}

	static SubscriptionRejectedException of(Reason reason, String message) {
		return new SubscriptionRejectedException(reason, message, null, Refusals.NONE, null);
	}

	static SubscriptionRejectedException tooManyChannels(int maxChannels) {
		return new SubscriptionRejectedException(Reason.TOO_MANY_CHANNELS,
				"Too many channels: at most %d in one request".formatted(maxChannels), maxChannels, Refusals.NONE,
				null);
	}

	/**
	 * Nothing is left to serve.
	 */
	static SubscriptionRejectedException nothingLeft(Refusals refused) {
		return refused.reasons().containsValue(Refusals.Reason.FORBIDDEN)
				? new SubscriptionRejectedException(Reason.FORBIDDEN, "Not authorized", null, refused, null)
				: new SubscriptionRejectedException(Reason.INVALID_CURSOR, "Invalid cursor", null, refused, null);
	}

	/**
	 * An order to end whatever waits came before the client was let in.
	 */
	static SubscriptionRejectedException ended(Ending ending) {
		return (ending == Ending.SHUTTING_DOWN) ? of(Reason.SHUTTING_DOWN, "The server is shutting down")
				: of(Reason.KILLED, "Comet ended the request");
	}

	/**
	 * Nobody can tell at the moment what there is of the channels.
	 */
	static SubscriptionRejectedException unavailable(@Nullable Cursor cursor) {
		return new SubscriptionRejectedException(Reason.UNAVAILABLE, "The channels cannot be reached; try again later",
				null, Refusals.NONE, cursor);
	}

	/**
	 * Why it was refused.
	 * @return the reason
	 */
	public Reason getReason() {
		return this.reason;
	}

	/**
	 * How many channels a client may ask for.
	 * @return the limit, or {@code null} if that is not the reason
	 */
	public @Nullable Integer getMaxChannels() {
		return this.maxChannels;
	}

	/**
	 * The channels that are refused, where nothing is left.
	 * @return the channels, none if that is not the reason
	 */
	public Refusals getRefused() {
		return this.refused;
	}

	/**
	 * Where the client stands, which it has told itself: it may come again with that.
	 * @return the cursor, or {@code null} if it has told none that holds for all channels
	 */
	public @Nullable Cursor getCursor() {
		return this.cursor;
	}

	/**
	 * Why a subscription is refused.
	 */
	public enum Reason {

		/**
		 * The service is deactivated.
		 */
		INACTIVE,

		/**
		 * The server is shutting down.
		 */
		SHUTTING_DOWN,

		/**
		 * The operator ended whatever waited, and the client waited to be let in.
		 */
		KILLED,

		/**
		 * It took too long to decide about the client.
		 */
		UNDECIDED,

		/**
		 * The channels cannot be reached.
		 */
		UNAVAILABLE,

		/**
		 * As many clients are connected as may be.
		 */
		TOO_MANY_CONNECTIONS,

		/**
		 * The request names more channels than it may.
		 */
		TOO_MANY_CHANNELS,

		/**
		 * The request names no place to start for any of the channels that could be one.
		 */
		INVALID_CURSOR,

		/**
		 * Nothing is left to serve of what the client may read.
		 */
		FORBIDDEN

	}

}
