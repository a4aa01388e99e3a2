package io.github.cometspring.subscription;

import java.util.concurrent.RejectedExecutionException;

import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Moves an answer from any thread to the event loop of the client that waits for it.
 */
final class OnLoop {

	private OnLoop() {
	}

	/**
	 * Delivers an answer on a loop, at once if it arrives there.
	 * @param <T> the type of the answer
	 * @param loop the event loop of the client
	 * @param answer the answer
	 * @return the same answer
	 */
	static <T> Mono<T> deliver(EventLoop loop, Mono<T> answer) {
		return Mono.create((sink) -> {
			Disposable waiting = answer.subscribe((value) -> run(loop, () -> sink.success(value)),
					(ex) -> run(loop, () -> sink.error(ex)), () -> run(loop, sink::success),
					Context.of(sink.contextView()));
			sink.onDispose(waiting);
		});
	}

	/**
	 * Runs a task on a loop, unless the loop has ended.
	 */
	static void run(EventLoop loop, Runnable task) {
		try {
			loop.run(task);
		}
		catch (RejectedExecutionException ex) {
			// The loop has ended, and its clients with it.
		}
	}

}
