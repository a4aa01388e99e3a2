package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Loads servers with {@code pushbench}, a separate program.
 */
final class LoadGenerator {

	private static final Duration LIMIT = Duration.ofMinutes(4);

	private static final Duration START = Duration.ofSeconds(60);

	private final Processes processes;

	private final Options options;

	private final Path program;

	private final Path errors;

	private final Path raw;

	LoadGenerator(Processes processes, Options options) throws IOException {
		this.processes = processes;
		this.options = options;
		this.errors = options.work().resolve("pushbench.log");
		this.raw = options.out().resolve("raw.txt");
		this.program = CProgram.PUSHBENCH.path(options);
		Files.deleteIfExists(this.raw);
	}

	/**
	 * Takes a measure once.
	 * @param server the server
	 * @param mode the mode of the generator
	 * @param target the file with the requests for the server
	 * @param arguments more arguments
	 * @return the output of the generator
	 */
	String run(Server server, String mode, String target, List<String> arguments)
			throws IOException, InterruptedException {
		String written = this.processes.run(LIMIT, this.errors, command(server, mode, target, arguments));
		Files.writeString(this.raw, written, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
		return written;
	}

	/**
	 * Starts to load a server.
	 * @return the load, to be closed
	 */
	Background start(Server server, String mode, String target, List<String> arguments) throws IOException {
		Path output = Files.createTempFile(this.options.work(), "background", ".txt");
		return new Background(this.processes.start(command(server, mode, target, arguments), output, this.errors),
				output);
	}

	private List<String> command(Server server, String mode, String target, List<String> arguments) throws IOException {
		Path file = Resources.copy("targets/" + target, this.options.work().resolve("targets"));
		List<String> command = new ArrayList<>(
				List.of(this.program.toString(), mode, file.toString(), "--port", String.valueOf(server.port()),
						"--cpu", String.valueOf(this.options.loadCpu()), "--label", server.kind().toString()));
		for (long id : server.processIds()) {
			command.add("--pid");
			command.add(String.valueOf(id));
		}
		command.addAll(arguments);
		return command;
	}

	/**
	 * The last result in the output of the generator.
	 */
	static Sample result(String written) throws IOException {
		return written.lines()
			.filter((line) -> line.startsWith("RESULT"))
			.reduce((first, second) -> second)
			.map(Sample::parse)
			.orElseThrow(() -> new IOException("No result: " + written));
	}

	/**
	 * A load in the background.
	 */
	final class Background implements AutoCloseable {

		private final Process process;

		private final Path output;

		Background(Process process, Path output) {
			this.process = process;
			this.output = output;
		}

		/**
		 * Waits until the generator has a number of connections to the server.
		 */
		void awaitConnections(Server server, int clients) throws IOException, InterruptedException {
			long deadline = System.nanoTime() + START.toNanos();
			Path files = Path.of("/proc", String.valueOf(this.process.pid()), "fd");
			while (count(files) < clients) {
				if (System.nanoTime() > deadline || !this.process.isAlive()) {
					throw new IOException("%d clients do not get through to %s".formatted(clients, server.kind()));
				}
				Thread.sleep(50);
			}
			// Time for the first messages
			Thread.sleep(1000);
		}

		private static int count(Path folder) {
			String[] names = folder.toFile().list();
			return (names != null) ? names.length : 0;
		}

		String await() throws IOException, InterruptedException {
			this.process.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
			String written = Files.readString(this.output);
			Files.writeString(LoadGenerator.this.raw, written, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
			return written;
		}

		@Override
		public void close() throws IOException {
			LoadGenerator.this.processes.end(this.process);
			Files.delete(this.output);
		}

	}

}
