package io.github.cometspring.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A Redis server for one test, with a folder of its own. It keeps its port while it is
 * stopped. One class, as all of it acts on the one process.
 */
public final class RedisServer implements AutoCloseable {

	private static final String PROGRAM = "redis-server";

	private static final String SENTINEL = "sentinel.conf";

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	/** How far the port of a cluster's bus is above the other. */
	private static final int BUS = 10_000;

	private static final int HIGHEST_PORT = 65_535;

	private final Path folder;

	private final ReservedPort port;

	private final ReservedPort bus;

	private final List<String> options;

	private Process process;

	private RedisServer(Path folder, ReservedPort port, ReservedPort bus, List<String> options) {
		this.folder = folder;
		this.port = port;
		this.bus = bus;
		this.options = options;
		this.process = run();
	}

	/**
	 * Starts a server. The test is skipped if the program is missing.
	 * @param options further options, such as {@code --appendonly}, {@code yes}
	 * @return the server, to be closed
	 */
	public static RedisServer start(String... options) {
		Requirement.requireProgram(PROGRAM);
		try {
			RedisServer server = create(Files.createTempDirectory("comet-redis"), List.of(options));
			try {
				server.awaitAnswer();
				return server;
			}
			catch (RuntimeException ex) {
				server.close();
				throw ex;
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Starts a cluster of one server with all slots.
	 * @return the server, to be closed
	 */
	public static RedisServer startCluster() {
		RedisServer server = start("--cluster-enabled", "yes");
		server.command("CLUSTER ADDSLOTSRANGE 0 16383");
		Await.within(PATIENCE, () -> server.command("CLUSTER INFO").contains("cluster_state:ok"));
		return server;
	}

	/**
	 * Starts a replica and waits until it has the data of its master.
	 * @param master the master
	 * @return the replica, to be closed
	 */
	public static RedisServer startReplica(RedisServer master) {
		RedisServer server = start("--replicaof", "127.0.0.1", String.valueOf(master.port()));
		Await.within(PATIENCE, () -> server.command("INFO replication").contains("master_link_status:up"));
		return server;
	}

	/**
	 * Starts a Sentinel with a quorum of one. It regards the master as down after a
	 * minute, unless a test configures it otherwise.
	 * @param name the name of the master
	 * @param master the master, which has one replica
	 * @return the Sentinel, to be closed, when it has found the replica
	 */
	public static RedisServer startSentinel(String name, RedisServer master) {
		Requirement.requireProgram(PROGRAM);
		try {
			Path folder = Files.createTempDirectory("comet-redis");
			Files.write(folder.resolve(SENTINEL),
					List.of("sentinel monitor %s 127.0.0.1 %d 1".formatted(name, master.port()),
							"sentinel down-after-milliseconds %s 60000".formatted(name),
							"sentinel failover-timeout %s 5000".formatted(name)));
			RedisServer server = create(folder, List.of("--sentinel"));
			server.awaitAnswer();
			// It looks after the servers every ten seconds otherwise. An older Redis does
			// not know this.
			server.command("SENTINEL DEBUG info-period 500 publish-period 250 ping-period 250 ask-period 250");
			Await.within(PATIENCE, () -> server.command("INFO sentinel").contains("slaves=1"));
			return server;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static RedisServer create(Path folder, List<String> options) {
		while (true) {
			ReservedPort port = ReservedPort.any();
			if (port.port() + BUS <= HIGHEST_PORT) {
				try {
					return new RedisServer(folder, port, ReservedPort.of(port.port() + BUS), options);
				}
				catch (BindException ex) {
					// Another pair
				}
			}
			port.close();
		}
	}

	private Process run(String... further) {
		List<String> command = new ArrayList<>();
		command.add(Requirement.find(PROGRAM));
		if (Files.exists(this.folder.resolve(SENTINEL))) {
			// Sentinel also writes its state to this file.
			command.add(this.folder.resolve(SENTINEL).toString());
		}
		command.addAll(List.of("--port", String.valueOf(port()), "--bind", "127.0.0.1", "--dir", this.folder.toString(),
				"--save", "", "--loglevel", "warning"));
		command.addAll(this.options);
		command.addAll(List.of(further));
		try {
			return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log().toFile()).start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void awaitAnswer() {
		awaitAnswer("+PONG");
	}

	private void awaitAnswer(String beginning) {
		Await.within(PATIENCE, () -> {
			if (!this.process.isAlive()) {
				throw new IllegalStateException("Redis has ended: " + Files.readString(log()));
			}
			try {
				return command("PING").startsWith(beginning);
			}
			catch (UncheckedIOException ex) {
				return false;
			}
		});
	}

	private Path log() {
		return this.folder.resolve("log");
	}

	public int port() {
		return this.port.port();
	}

	/**
	 * The folder with what the server saves.
	 * @return the folder
	 */
	public Path folder() {
		return this.folder;
	}

	/**
	 * Sends an inline command.
	 * @param line the command
	 * @return the answer: the first line as it is sent, or the text of a bulk string
	 */
	public String command(String line) {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			OutputStream out = socket.getOutputStream();
			out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
			out.flush();
			BufferedReader in = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
			String first = in.readLine();
			if (first == null) {
				throw new IOException("No answer");
			}
			if (first.startsWith("*")) {
				StringBuilder all = new StringBuilder();
				for (int left = 2 * Integer.parseInt(first.substring(1)); left > 0; left--) {
					String text = in.readLine();
					if (left % 2 == 1) {
						all.append(text).append('\n');
					}
				}
				return all.toString();
			}
			if (!first.startsWith("$") || first.equals("$-1")) {
				return first;
			}
			char[] text = new char[Integer.parseInt(first.substring(1))];
			int length = 0;
			for (int count = 0; length < text.length && count >= 0; length += count) {
				count = in.read(text, length, text.length - length);
			}
			return new String(text);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Stops the process with SIGSTOP, as on a machine that swaps.
	 */
	public void suspend() {
		signal("-STOP");
	}

	/**
	 * Continues the process with SIGCONT.
	 */
	public void resume() {
		signal("-CONT");
	}

	private void signal(String name) {
		try {
			new ProcessBuilder("kill", name, String.valueOf(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Shuts the server down; it saves its data.
	 */
	public void stop() {
		this.process.destroy();
		end(this.process);
	}

	/**
	 * Kills the server; data that it has not saved is lost.
	 */
	public void kill() {
		end(this.process.destroyForcibly());
	}

	private static void end(Process process) {
		try {
			if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
				process.destroyForcibly().waitFor();
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Starts the server again, on the same port and with the saved data.
	 */
	public void startAgain() {
		this.process = run();
		awaitAnswer();
	}

	/**
	 * Starts the server again, and waits only until it loads its data.
	 * @param further further options
	 */
	public void startLoading(String... further) {
		this.process = run(further);
		awaitAnswer("-LOADING");
	}

	@Override
	public void close() {
		// SIGKILL also ends a process that is stopped.
		kill();
		this.port.close();
		this.bus.close();
		try (Stream<Path> files = Files.walk(this.folder)) {
			files.sorted(Comparator.reverseOrder()).forEach((file) -> file.toFile().delete());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
