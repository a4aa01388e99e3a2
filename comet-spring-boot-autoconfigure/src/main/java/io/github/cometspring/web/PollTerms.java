package io.github.cometspring.web;

import io.github.cometspring.subscription.Deadlines;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Subscriptions;
import org.jspecify.annotations.Nullable;

/**
 * What all polls of one dialect have in common. Thread-safe.
 *
 * @param subscriptions what they open
 * @param dialect how they are read and answered
 * @param writeDeadlines how long the writing of an answer may take
 * @since 0.1.0
 */
public record PollTerms(Subscriptions subscriptions, PollDialect dialect, Deadlines writeDeadlines) {

	/**
	 * Creates the terms.
	 * @param subscriptions what they open
	 * @param dialect how they are read and answered, in one batch each
	 * @param writeDeadlines how long the writing of an answer may take
	 */
	public PollTerms {
		if (!dialect.dialect().transport().isPolling()) {
			throw new IllegalArgumentException("Not polled: " + dialect.dialect().transport());
		}
	}

	/**
	 * The answer to a poll that ends with an error.
	 * @param error the error
	 * @return the refusal, or {@code null} if it is no refusal but a failure of the
	 * server or the application
	 */
	@Nullable PollAnswer refusal(Throwable error) {
		if (error instanceof RefusedRequestException refused) {
			return this.dialect.refuse(refused.status(), refused.sentence());
		}
		return (error instanceof SubscriptionRejectedException rejected) ? this.dialect.refuse(rejected) : null;
	}

}
