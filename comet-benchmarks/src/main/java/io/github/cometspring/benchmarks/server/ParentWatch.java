package io.github.cometspring.benchmarks.server;

import java.io.IOException;

/**
 * Ends a server when the process that started it is gone: its standard input ends then.
 */
final class ParentWatch {

	private ParentWatch() {
	}

	static void start() {
		Thread thread = new Thread(ParentWatch::await, "parent-watch");
		thread.setDaemon(true);
		thread.start();
	}

	@SuppressWarnings("EmptyCatch") // Unreadable is as good as ended
	private static void await() {
		try {
			while (System.in.read() >= 0) {
				Thread.onSpinWait();
			}
		}
		catch (IOException ex) {
			// Go on to the end
		}
		Runtime.getRuntime().halt(0);
	}

}
