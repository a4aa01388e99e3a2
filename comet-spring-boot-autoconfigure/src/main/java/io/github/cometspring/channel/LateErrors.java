package io.github.cometspring.channel;

import java.util.function.Consumer;

import reactor.util.context.Context;

/**
 * Reactor contexts for errors that a publisher signals after it has been cancelled or has
 * ended. Without one of these, Reactor logs each of them as an error of the application.
 *
 * @since 0.1.0
 */
public final class LateErrors {

	/**
	 * A context that ignores late errors. Reactor Netty may report a lost connection
	 * twice.
	 */
	public static final Context IGNORED = passedTo((ex) -> {
	});

	private LateErrors() {
	}

	/**
	 * A context that passes late errors on.
	 * @param consumer gets the errors, on any thread
	 * @return the context, for {@code contextWrite}
	 */
	public static Context passedTo(Consumer<Throwable> consumer) {
		return Context.of("reactor.onErrorDropped.local", consumer);
	}

}
