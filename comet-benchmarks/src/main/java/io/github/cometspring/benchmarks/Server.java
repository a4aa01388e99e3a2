package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A running server.
 */
final class Server {

	private static final Duration START = Duration.ofSeconds(90);

	private final ServerKind kind;

	private final int port;

	private final Process process;

	private final List<Long> processIds;

	private Server(ServerKind kind, int port, Process process, List<Long> processIds) {
		this.kind = kind;
		this.port = port;
		this.process = process;
		this.processIds = processIds;
	}

	static Server start(ServerKind kind, Options options, Processes processes)
			throws IOException, InterruptedException {
		int port = freePort();
		Path log = options.work().resolve(kind + ".log");
		Process process = processes.start(new ServerCommand(options).of(kind, port), log, log);
		awaitPort(kind, port, process, log);
		return new Server(kind, port, process, ServerCommand.processIds(process, kind));
	}

	private static int freePort() throws IOException {
		try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
			return socket.getLocalPort();
		}
	}

	private static void awaitPort(ServerKind kind, int port, Process process, Path log)
			throws IOException, InterruptedException {
		long deadline = System.nanoTime() + START.toNanos();
		while (process.isAlive() && System.nanoTime() < deadline) {
			try (Socket socket = new Socket()) {
				socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
				return;
			}
			catch (IOException ex) {
				Thread.sleep(100);
			}
		}
		throw new IOException("The server " + kind + " does not start: see " + log);
	}

	ServerKind kind() {
		return this.kind;
	}

	int port() {
		return this.port;
	}

	Process process() {
		return this.process;
	}

	List<Long> processIds() {
		return this.processIds;
	}

	/**
	 * Restricts all threads of the server to these cores.
	 */
	void pin(Processes processes, Path log, String cores) throws IOException, InterruptedException {
		for (long id : this.processIds) {
			processes.run(Duration.ofSeconds(10), log, List.of("taskset", "-acp", cores, String.valueOf(id)));
		}
	}

	/**
	 * Sends a command to the server.
	 */
	void post(String path) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofSeconds(60))
			.POST(HttpRequest.BodyPublishers.noBody())
			.build();
		HttpResponse<String> response = HttpClient.newBuilder()
			.version(HttpClient.Version.HTTP_1_1)
			.build()
			.send(request, HttpResponse.BodyHandlers.ofString());
		if (response.statusCode() >= 300) {
			throw new IOException("%s answers %d to %s".formatted(this.kind, response.statusCode(), path));
		}
	}

}
