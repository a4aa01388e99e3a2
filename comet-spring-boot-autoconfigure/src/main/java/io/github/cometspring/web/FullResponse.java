package io.github.cometspring.web;

import reactor.core.publisher.Mono;

/**
 * A response that writes an answer in one piece and is undecorated.
 *
 * @since 0.1.0
 */
public interface FullResponse {

	/**
	 * Runs the application's actions before the commit, and writes an answer. Does not
	 * wait for the client.
	 * @param answer the answer
	 * @return completes when the answer waits only for the client, or earlier
	 */
	Mono<Void> write(PollAnswer answer);

}
