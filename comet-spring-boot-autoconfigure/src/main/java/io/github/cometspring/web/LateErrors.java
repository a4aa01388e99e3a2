package io.github.cometspring.web;

import java.util.function.Consumer;

import reactor.util.context.Context;

/**
 * Errors that a publisher signals after it has been cancelled or has ended.
 */
final class LateErrors {

	/**
	 * A Reactor context that ignores late errors. Reactor Netty may report a lost
	 * connection twice, and without this key Reactor logs the second report as an error
	 * of the server.
	 */
	static final Context IGNORED = Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) (ex) -> {
	});

	private LateErrors() {
	}

}
