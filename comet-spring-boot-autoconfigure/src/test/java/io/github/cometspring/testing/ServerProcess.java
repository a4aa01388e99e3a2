package io.github.cometspring.testing;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channels;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A server in a process of its own, on a random port, with one channel, {@code c0}. It
 * ends as a deployed one does, by a signal. Its open files and its memory are not counted
 * with those of the test.
 */
public final class ServerProcess implements AutoCloseable {

	/** The id of its channel. */
	public static final String CHANNEL = "c0";

	private static final String READY = "Serving on port ";

	private final JavaProcess process;

	private final int port;

	private ServerProcess(JavaProcess process) {
		this.process = process;
		this.port = Integer.parseInt(process.await(READY));
	}

	/**
	 * Starts a server and waits until it serves.
	 * @param memory options of the JVM that bound its memory
	 * @param properties lines {@code name=value}
	 * @return the server, to be closed
	 */
	public static ServerProcess start(List<String> memory, String... properties) {
		List<String> options = new ArrayList<>(List.of("-Xshare:auto", "-XX:TieredStopAtLevel=1"));
		options.addAll(memory);
		List<String> arguments = Stream
			.concat(Stream.of("server.port=0", "spring.main.banner-mode=off", "management.health.redis.enabled=false"),
					Stream.of(properties))
			.map((property) -> "--" + property)
			.toList();
		return new ServerProcess(JavaProcess.start(ServerProcess.class, options, arguments));
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
		return this.process.terminate();
	}

	@Override
	public void close() {
		this.process.close();
	}

}
