package io.github.cometspring.benchmarks.server;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A channel written by hand: a sink that all clients subscribe to.
 */
final class Topic {

	// How many messages one client may lag behind
	private static final int BUFFER = 256;

	private final Sinks.Many<String> sink = Sinks.many().multicast().directBestEffort();

	/**
	 * Sends a message to the current subscribers. Synchronized, because a sink accepts
	 * one call at a time.
	 * @param data the message
	 */
	synchronized void publish(String data) {
		this.sink.tryEmitNext(data);
	}

	Mono<String> next() {
		return this.sink.asFlux().next();
	}

	Flux<String> stream() {
		return this.sink.asFlux().onBackpressureBuffer(BUFFER);
	}

}
