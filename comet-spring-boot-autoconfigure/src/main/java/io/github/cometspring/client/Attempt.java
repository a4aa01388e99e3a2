package io.github.cometspring.client;

import reactor.core.publisher.Flux;

/**
 * A way to listen: one stream, or one poll.
 */
interface Attempt {

	/**
	 * Listens once, from where the subscription stands, and moves it on.
	 * @param progress where the subscription stands
	 * @return the messages until the server ends the answer
	 */
	Flux<ReceivedMessage> open(Progress progress);

	/**
	 * Whether the next attempt is to come at once after the end of an answer.
	 * @param progress where the subscription stands
	 * @return {@code false} if the end is a sort of failure
	 */
	boolean isContinuous(Progress progress);

}
