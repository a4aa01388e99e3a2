package io.github.cometspring.web;

import io.github.cometspring.testing.CometServer;

/**
 * A server in a process of its own with a small heap, for tests that exhaust its memory.
 * It prints its port, and shuts down gracefully when the process is ended.
 */
final class SmallHeapServer {

	private SmallHeapServer() {
	}

	/**
	 * Runs the server.
	 * @param args its properties
	 */
	public static void main(String[] args) {
		CometServer server = CometServer.start(args);
		server.create("a");
		Runtime.getRuntime().addShutdownHook(new Thread(server::close));
		System.out.println("PORT " + server.port());
	}

}
