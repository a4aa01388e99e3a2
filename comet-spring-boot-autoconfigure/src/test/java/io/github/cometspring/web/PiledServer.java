package io.github.cometspring.web;

import io.github.cometspring.testing.CometServer;

/**
 * A whole server as a program, for what would take the memory of the tests. It says on
 * which port it listens, and ends in good order when it is told to.
 */
final class PiledServer {

	private PiledServer() {
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
