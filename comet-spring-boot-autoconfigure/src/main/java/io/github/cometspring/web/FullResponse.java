package io.github.cometspring.web;

import reactor.core.publisher.Mono;

/**
 * A response that takes an answer in one piece, as the server has it, and nobody has
 * decorated.
 *
 * @since 0.1.0
 */
public interface FullResponse {

	/**
	 * Does what the application wants to be done before an answer is written, and writes
	 * it. Nothing is waited for that a client has to do.
	 * @param answer the answer
	 * @return completes when the answer waits for the client at the latest
	 */
	Mono<Void> write(PollAnswer answer);

}
