package io.github.cometspring.client;

import reactor.core.publisher.Flux;

/**
 * Opens one connection of a subscription: an event stream, or a poll.
 */
interface Attempt {

	/**
	 * Connects at the cursor of the subscription, and records what the server sends.
	 * @param progress the state of the subscription
	 * @return the messages until the server ends the answer
	 */
	Flux<ReceivedMessage> open(Progress progress);

	/**
	 * Whether the next attempt follows at once after the end of an answer.
	 * @param progress the state of the subscription
	 * @return {@code false} if the client is to wait first
	 */
	boolean isContinuous(Progress progress);

}
