package io.github.cometspring.architecture.planted.channel;

import reactor.core.publisher.Flux;

/**
 * Waits.
 */
public class BlockingFlux {

	Iterable<String> values() {
		return Flux.just("value").toIterable();
	}

}
