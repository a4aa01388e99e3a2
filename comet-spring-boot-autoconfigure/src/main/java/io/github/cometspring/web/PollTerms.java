package io.github.cometspring.web;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;

/**
 * The settings that all polls of one dialect share. Thread-safe.
 *
 * @param subscriptions opens subscriptions
 * @param codec reads and answers polls
 * @param writeDeadlines the write timeout of answers
 * @since 0.1.0
 */
public record PollTerms(Subscriptions subscriptions, PollDialect codec, Deadlines writeDeadlines) {

	/**
	 * Creates the terms.
	 * @param subscriptions opens subscriptions
	 * @param codec reads and answers polls, in one batch each
	 * @param writeDeadlines the write timeout of answers
	 * @throws IllegalArgumentException if the dialect is not polled
	 */
	public PollTerms {
		if (!codec.dialect().transport().isPolling()) {
			throw new IllegalArgumentException("Not polled: " + codec.dialect().transport());
		}
	}

	/**
	 * The answer to a poll that ends with an error.
	 * @param error the error
	 * @return the refusal, or {@code null} if the error is a failure of the server or the
	 * application
	 */
	@Nullable PollAnswer refusal(Throwable error) {
		if (error instanceof RefusedRequestException refused) {
			return this.codec.refuse(refused.status(), refused.sentence());
		}
		return (error instanceof SubscriptionRejectedException rejected) ? this.codec.refuse(rejected) : null;
	}

}
