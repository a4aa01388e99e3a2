package io.github.cometspring.benchmarks;

import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A Redis that a server has to itself. It saves nothing, and runs on the core of the
 * load. Each command has a connection of its own.
 */
final class Redis {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Pattern RATE = Pattern.compile("\"([\\d.]+)\"");

	private static final int MOST_FOR_LISTENERS = 64;

	private final int port;

	private Redis(int port) {
		this.port = port;
	}

	/**
	 * Why there can be no Redis on this machine.
	 * @return the reason, or empty if it can
	 */
	static Optional<String> obstacle() {
		boolean installed = Stream.of("redis-server", "redis-benchmark")
			.allMatch((name) -> Obstacle.onPath(name).isPresent());
		return installed ? Optional.empty() : Optional.of("no Redis (Debian: redis-server and redis-tools)");
	}

	static Redis start(Options options, Processes processes) throws IOException, InterruptedException {
		int port = Server.freePort();
		Path folder = Files.createDirectories(options.work().resolve("redis-" + port));
		Path log = folder.resolve("redis.log");
		List<String> command = new ArrayList<>(List.of("taskset", "-c", String.valueOf(options.loadCpu())));
		command.addAll(ServerCommand.guarded("redis", List.of("redis-server", "--port", String.valueOf(port), "--bind",
				"127.0.0.1", "--dir", folder.toString(), "--save", "", "--appendonly", "no", "--loglevel", "warning")));
		Process process = processes.start(command, log, log);
		Redis redis = new Redis(port);
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		while (process.isAlive() && System.nanoTime() < deadline) {
			try {
				redis.command("PING");
				return redis;
			}
			catch (IOException ex) {
				Thread.sleep(50);
			}
		}
		throw new IOException("Redis does not start: see " + log);
	}

	/**
	 * What makes an application use this.
	 */
	List<String> arguments() {
		return List.of("--spring.data.redis.host=127.0.0.1", "--spring.data.redis.port=" + this.port);
	}

	/**
	 * Cuts the feeds of all nodes.
	 */
	void cutFeeds() throws IOException {
		if (Integer.parseInt(command("CLIENT", "KILL", "TYPE", "pubsub")) == 0) {
			throw new IOException("No feed was cut");
		}
	}

	/**
	 * The memory in use, in bytes.
	 */
	long memory() throws IOException {
		return Long.parseLong(info("memory", "used_memory"));
	}

	private String info(String section, String name) throws IOException {
		Matcher line = Pattern.compile("(?m)^" + name + ":(\\w+)").matcher(command("INFO", section));
		if (!line.find()) {
			throw new IOException("Redis does not tell its " + name);
		}
		return line.group(1);
	}

	/**
	 * How often a second {@code redis-benchmark} carries out the script of a publication.
	 * @param channel the channel to publish on
	 * @param data the message
	 * @param count how often
	 * @param underWay how many are under way
	 * @return publications a second
	 */
	double rate(Options options, Processes processes, String channel, String data, int count, int underWay)
			throws IOException, InterruptedException {
		// The instance, the epoch, the size and the age in nanoseconds
		String[] registered = command("HGET", "comet:{registry}:channels", channel).split(" ");
		String keys = "comet:{" + registered[0] + "}:";
		int size = Math.max(MOST_FOR_LISTENERS, Integer.parseInt(registered[2]));
		long age = Duration.ofNanos(Long.parseLong(registered[3])).toMillis();
		long before = Long.parseLong(command("HGET", keys + "channel", "top"));
		String written = processes.run(Duration.ofMinutes(2), options.work().resolve("redis-benchmark.log"),
				List.of("taskset", "-c", String.valueOf(options.serverCpu()), "redis-benchmark", "-h", "127.0.0.1",
						"-p", String.valueOf(this.port), "-c", "1", "-P", String.valueOf(underWay), "-n",
						String.valueOf(count), "--csv", "EVALSHA", command("SCRIPT", "LOAD", script()), "2",
						keys + "channel", keys + "messages", info("server", "run_id"), registered[1], data, "",
						String.valueOf(size), String.valueOf(age), "comet:feed:0:" + registered[0]));
		if (Long.parseLong(command("HGET", keys + "channel", "top")) - before < count) {
			throw new IOException("redis-benchmark has not published: " + written);
		}
		String result = written.lines().reduce((first, second) -> second).orElse("");
		Matcher rate = RATE.matcher(result);
		if (!rate.find()) {
			throw new IOException("No result: " + written);
		}
		return Double.parseDouble(rate.group(1));
	}

	private static String script() throws IOException {
		try (var file = Resources.open("META-INF/comet/redis/append.lua")) {
			return new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
	}

	/**
	 * Gives a command whose answer is one line, a number or a text.
	 */
	private String command(String... parts) throws IOException {
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setSoTimeout((int) PATIENCE.toMillis());
			OutputStream out = new BufferedOutputStream(socket.getOutputStream());
			out.write(("*" + parts.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
			for (String part : parts) {
				byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
				out.write(("$" + bytes.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
				out.write(bytes);
				out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
			}
			out.flush();
			DataInputStream in = new DataInputStream(socket.getInputStream());
			String head = line(in);
			if (head.startsWith("-") || head.equals("$-1")) {
				throw new IOException("%s answers %s".formatted(parts[0], head));
			}
			return head.startsWith("$")
					? new String(in.readNBytes(Integer.parseInt(head.substring(1))), StandardCharsets.UTF_8)
					: head.substring(1);
		}
	}

	private static String line(DataInputStream in) throws IOException {
		StringBuilder line = new StringBuilder();
		for (int next = in.read(); next != '\n'; next = in.read()) {
			if (next < 0) {
				throw new EOFException("No answer");
			}
			line.append((char) next);
		}
		return line.toString().strip();
	}

}
