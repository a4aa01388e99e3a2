package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * An event of a channel's live feed: a new message is in the log, or the log has changed
 * in another way.
 *
 * @param message the message, or {@code null} for a change without a message: messages
 * have been lost, or the channel has a new epoch. Readers then read the log again
 * @param delivery the delivery whose caller waits for receipts, or {@code null} if no
 * caller waits. A subscriber that passes the message on to clients must
 * {@linkplain Delivery#expect(int) expect} their receipts before it returns from
 * {@code onNext}
 * @since 0.1.0
 */
public record Publication(@Nullable Message message, @Nullable Delivery delivery) {

	/**
	 * A change without a message: readers read the log again.
	 */
	public static final Publication CHANGE = new Publication(null, null);

	/**
	 * Creates an event.
	 * @param message the message
	 * @param delivery the delivery whose caller waits for receipts
	 * @throws IllegalArgumentException if there is a delivery and no message
	 */
	public Publication {
		if (message == null && delivery != null) {
			throw new IllegalArgumentException("A delivery needs a message");
		}
	}

}
