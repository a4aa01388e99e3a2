package io.github.cometspring.benchmarks;

import java.io.IOException;

/**
 * Takes a measure.
 */
interface Taker {

	/**
	 * Takes it once.
	 * @param server the server to measure
	 * @param measured what is measured
	 * @return the figures
	 */
	Sample take(Server server, Results.Case measured) throws IOException, InterruptedException;

}
