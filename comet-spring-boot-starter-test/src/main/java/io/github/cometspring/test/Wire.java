package io.github.cometspring.test;

import reactor.core.publisher.Mono;

/**
 * Speaks one dialect: makes a connection and reports what the server sends.
 */
interface Wire {

	/**
	 * Makes a connection.
	 * @param link where it starts, and to whom it reports
	 * @return completes when the server has ended the connection; fails if it is refused
	 * or breaks. To cancel it cuts the connection
	 */
	Mono<Void> run(Reception.Link link);

}
