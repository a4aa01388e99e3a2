package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * An event of a channel's live feed: a message is now in history.
 *
 * @param message the message
 * @param delivery the receipts that somebody waits for, or {@code null} if nobody does;
 * whoever fans the message out to clients must {@linkplain Delivery#expect(int) expect}
 * them before it returns from {@code onNext}
 * @since 0.1.0
 */
public record Publication(Message message, @Nullable Delivery delivery) {
}
