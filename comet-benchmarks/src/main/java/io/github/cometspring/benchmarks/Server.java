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
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A running server.
 */
final class Server {

	private static final Duration START = Duration.ofSeconds(90);

	private static final HttpClient CLIENT = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

	private final ServerKind kind;

	private final int port;

	private final Process process;

	private final List<Long> processIds;

	private final @Nullable Redis redis;

	private Server(ServerKind kind, int port, Process process, List<Long> processIds, @Nullable Redis redis) {
		this.kind = kind;
		this.port = port;
		this.process = process;
		this.processIds = processIds;
		this.redis = redis;
	}

	static Server start(ServerKind kind, Options options, Processes processes)
			throws IOException, InterruptedException {
		int port = freePort();
		Path log = options.work().resolve(kind + ".log");
		Redis redis = kind.isOnRedis() ? Redis.start(options, processes) : null;
		List<String> further = (redis != null) ? redis.arguments() : List.of();
		Process process = processes.start(new ServerCommand(options).of(kind, port, further), log, log);
		awaitPort(kind, port, process, log);
		return new Server(kind, port, process, awaitProcesses(kind, process, options), redis);
	}

	static int freePort() throws IOException {
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

	/**
	 * Waits for all processes whose CPU time counts: nginx listens before it has its
	 * worker.
	 */
	private static List<Long> awaitProcesses(ServerKind kind, Process process, Options options)
			throws IOException, InterruptedException {
		long deadline = System.nanoTime() + START.toNanos();
		while (process.isAlive() && System.nanoTime() < deadline) {
			List<Long> found = new ServerCommand(options).processIds(process, kind);
			if (found.size() >= kind.processes()) {
				return found;
			}
			Thread.sleep(20);
		}
		throw new IOException("The server " + kind + " has not all of its processes");
	}

	ServerKind kind() {
		return this.kind;
	}

	int port() {
		return this.port;
	}

	/**
	 * The Redis of a server that has one.
	 */
	Redis redis() {
		return Objects.requireNonNull(this.redis);
	}

	/**
	 * The CPU time that the server has used, in microseconds.
	 */
	double cpuMicros() {
		return this.processIds.stream()
			.flatMap((id) -> ProcessHandle.of(id).stream())
			.mapToLong((each) -> each.info().totalCpuDuration().orElse(Duration.ZERO).toNanos())
			.sum() / 1000.0;
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
	 * @return the answer
	 */
	String post(String path) throws IOException, InterruptedException {
		return send(path, HttpRequest.newBuilder().POST(HttpRequest.BodyPublishers.noBody()));
	}

	/**
	 * Sends a request to the server, as a user who has logged in.
	 * @return the answer
	 */
	String post(String path, String contentType, String body) throws IOException, InterruptedException {
		return send(path,
				HttpRequest.newBuilder()
					.header("Content-Type", contentType)
					.header("Cookie", "SESSION=benchmark")
					.POST(HttpRequest.BodyPublishers.ofString(body)));
	}

	private String send(String path, HttpRequest.Builder builder) throws IOException, InterruptedException {
		HttpRequest request = builder.uri(URI.create("http://127.0.0.1:" + this.port + path))
			.timeout(Duration.ofMinutes(2))
			.build();
		HttpResponse<String> response = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
		if (response.statusCode() >= 300) {
			throw new IOException("%s answers %d to %s".formatted(this.kind, response.statusCode(), path));
		}
		return response.body();
	}

}
