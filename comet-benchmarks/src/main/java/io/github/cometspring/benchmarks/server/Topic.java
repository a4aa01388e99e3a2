package io.github.cometspring.benchmarks.server;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A channel by hand: a sink that all clients subscribe to.
 */
final class Topic {

	// What one client may lag behind
	private static final int BUFFER = 256;

	private final Sinks.Many<String> sink = Sinks.many().multicast().directBestEffort();

	/**
	 * Hands a message to whoever listens now. One at a time: a sink takes no more.
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
