package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * An event of a channel's live feed: a message is now in the log, or something else has
 * changed that readers must be told of.
 *
 * @param message the message, or {@code null} if none has come and readers are to look
 * again: messages have been lost, or the channel has a new epoch
 * @param delivery the receipts that somebody waits for, or {@code null} if nobody does;
 * whoever fans the message out to clients must {@linkplain Delivery#expect(int) expect}
 * them before it returns from {@code onNext}
 * @since 0.1.0
 */
public record Publication(@Nullable Message message, @Nullable Delivery delivery) {

	/**
	 * News without a message: readers look at the log and find out.
	 */
	public static final Publication CHANGE = new Publication(null, null);

	/**
	 * Creates an event.
	 * @param message the message
	 * @param delivery the receipts that somebody waits for
	 * @throws IllegalArgumentException if receipts are awaited for no message
	 */
	public Publication {
		if (message == null && delivery != null) {
			throw new IllegalArgumentException("A delivery needs a message");
		}
	}

}
