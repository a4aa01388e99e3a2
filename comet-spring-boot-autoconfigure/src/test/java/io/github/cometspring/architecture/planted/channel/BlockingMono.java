package io.github.cometspring.architecture.planted.channel;

import reactor.core.publisher.Mono;

/**
 * Waits.
 */
public class BlockingMono {

	String value() {
		return Mono.just("value").blockOptional().orElse("");
	}

}
