package io.github.cometspring.subscription;

import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;

/**
 * Thrown when a subscription is refused by policy. It has no stack trace, because clients
 * cause it.
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
	 * The largest number of channels, if that is the reason.
	 */
	private final @Nullable Integer maxChannels;

	private final transient Refusals refused;

	/**
	 * The cursor that the client sent.
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
	 * All channels are refused.
	 */
	static SubscriptionRejectedException nothingLeft(Refusals refused) {
		return refused.reasons().containsValue(Refusals.Reason.FORBIDDEN)
				? new SubscriptionRejectedException(Reason.FORBIDDEN, "Not authorized", null, refused, null)
				: new SubscriptionRejectedException(Reason.INVALID_CURSOR, "Invalid cursor", null, refused, null);
	}

	/**
	 * A kill came before the client was admitted.
	 */
	static SubscriptionRejectedException ended(Ending ending) {
		return switch (ending) {
			case SHUTTING_DOWN -> of(Reason.SHUTTING_DOWN, "The server is shutting down");
			case EXPIRED -> expired(null);
			default -> of(Reason.KILLED, "Comet ended the request");
		};
	}

	/**
	 * The right of the client to read has run out.
	 */
	static SubscriptionRejectedException expired(@Nullable Cursor cursor) {
		return new SubscriptionRejectedException(Reason.EXPIRED, "The permission has expired; log in again", null,
				Refusals.NONE, cursor);
	}

	/**
	 * The broker cannot look up the channels at the moment.
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
	 * The largest number of channels in one request.
	 * @return the limit, or {@code null} if that is not the reason
	 */
	public @Nullable Integer getMaxChannels() {
		return this.maxChannels;
	}

	/**
	 * The refused channels, if all are refused.
	 * @return the channels, none if that is not the reason
	 */
	public Refusals getRefused() {
		return this.refused;
	}

	/**
	 * The cursor that the client sent, with which it may try again.
	 * @return the cursor, or {@code null} if it sent none that is valid for all channels
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
		 * An operator ended all waiting clients while this one waited to be admitted.
		 */
		KILLED,

		/**
		 * The decision about the client took too long.
		 */
		UNDECIDED,

		/**
		 * The channels cannot be reached.
		 */
		UNAVAILABLE,

		/**
		 * The limit of connected clients is reached.
		 */
		TOO_MANY_CONNECTIONS,

		/**
		 * The request names more channels than it may.
		 */
		TOO_MANY_CHANNELS,

		/**
		 * The cursors of all channels in the request are invalid.
		 */
		INVALID_CURSOR,

		/**
		 * The client may read none of the channels.
		 */
		FORBIDDEN,

		/**
		 * The right of the client to read has run out, or an operator has disconnected
		 * its user.
		 */
		EXPIRED

	}

}
