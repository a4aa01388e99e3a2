package io.github.cometspring.architecture.planted.web;

import reactor.core.Disposable;
import reactor.core.publisher.Mono;

/**
 * Breaks a rule: subscribes by hand, and hands no context on.
 */
class SubscribesWithoutContext {

	Disposable subscribe(Mono<String> source) {
		return source.subscribe((value) -> {
		});
	}

}
