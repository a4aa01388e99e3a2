package io.github.cometspring.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Channels;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A server in a process of its own, on a random port, with one channel, {@code c0}. It
 * ends as a deployed one does, by a signal. Its open files are not counted with those of
 * the test.
 */
public final class ServerProcess implements AutoCloseable {

	/** The id of its channel. */
	public static final String CHANNEL = "c0";

	private static final String READY = "Serving on port ";

	private final Process process;

	private final int port;

	private ServerProcess(Process process, int port) {
		this.process = process;
		this.port = port;
	}

	/**
	 * Starts a server and waits until it serves.
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static ServerProcess start(String... properties) {
		List<String> command = new ArrayList<>(List.of(
				Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx1g", "-Xshare:auto",
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), ServerProcess.class.getName(),
				"--server.port=0", "--spring.main.banner-mode=off", "--management.health.redis.enabled=false"));
		for (String property : properties) {
			command.add("--" + property);
		}
		try {
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			return new ServerProcess(process, readPort(process));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static int readPort(Process process) throws IOException {
		BufferedReader output = process.inputReader();
		String line = output.readLine();
		while (line != null && !line.startsWith(READY)) {
			System.out.println(line);
			line = output.readLine();
		}
		if (line == null) {
			process.destroyForcibly();
			throw new IllegalStateException("The server did not start");
		}
		// What it logs later is read, so that it does not wait for a reader
		Thread reader = new Thread(() -> output.lines().forEach(System.out::println), "output-of-server");
		reader.setDaemon(true);
		reader.start();
		return Integer.parseInt(line.substring(READY.length()));
	}

	/**
	 * Runs a server until a signal comes.
	 * @param args arguments of the application
	 */
	public static void main(String[] args) {
		SpringApplication application = new SpringApplication(CometServer.Application.class);
		application.setWebApplicationType(WebApplicationType.REACTIVE);
		ConfigurableApplicationContext context = application.run(args);
		Objects.requireNonNull(context.getBean(Channels.class).create(CHANNEL).block());
		System.out.println(READY + context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	/**
	 * The port of the server.
	 * @return the port
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Sends it SIGTERM.
	 * @return completes with the time of {@link System#nanoTime()} at which it has ended
	 */
	public CompletableFuture<Long> terminate() {
		CompletableFuture<Long> end = this.process.onExit().thenApply((process) -> System.nanoTime());
		this.process.destroy();
		return end;
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

}
