package io.github.cometspring.benchmarks.server;

import java.io.IOException;

/**
 * Ends a server when its parent process has ended, and so its standard input.
 */
final class ParentWatch {

	private ParentWatch() {
	}

	static void start() {
		Thread thread = new Thread(ParentWatch::await, "parent-watch");
		thread.setDaemon(true);
		thread.start();
	}

	@SuppressWarnings("EmptyCatch") // An input that cannot be read counts as ended
	private static void await() {
		try {
			while (System.in.read() >= 0) {
				Thread.onSpinWait();
			}
		}
		catch (IOException ex) {
			// Read to the end
		}
		Runtime.getRuntime().halt(0);
	}

}
