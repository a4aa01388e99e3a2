package io.github.cometspring.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.IntConsumer;

/**
 * Runs the same thing on several threads at once.
 */
public final class Threads {

	private static final long SECONDS = 60;

	private Threads() {
	}

	/**
	 * Runs a task on several threads, which begin together, and waits for all.
	 * @param count how many threads
	 * @param task gets the number of its thread
	 * @throws ExecutionException if one of them fails
	 * @throws InterruptedException if the caller is interrupted
	 * @throws TimeoutException if they take more than a minute
	 */
	public static void run(int count, IntConsumer task)
			throws ExecutionException, InterruptedException, TimeoutException {
		CyclicBarrier start = new CyclicBarrier(count);
		ExecutorService executor = Executors.newFixedThreadPool(count);
		try {
			List<Future<?>> runs = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				int number = i;
				runs.add(executor.submit(() -> {
					start.await(SECONDS, TimeUnit.SECONDS);
					task.accept(number);
					return null;
				}));
			}
			for (Future<?> run : runs) {
				run.get(SECONDS, TimeUnit.SECONDS);
			}
		}
		finally {
			executor.shutdownNow();
		}
	}

}
