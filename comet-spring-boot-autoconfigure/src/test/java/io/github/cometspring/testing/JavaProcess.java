package io.github.cometspring.testing;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A program of the tests in a JVM of its own, with the class path of the tests. What it
 * prints is printed here, and its lines are kept: it never waits for a reader. Its input
 * ends when this JVM does.
 */
public final class JavaProcess implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final Class<?> program;

	private final Process process;

	private final Queue<String> lines = new ConcurrentLinkedQueue<>();

	private final Thread reader;

	private JavaProcess(Class<?> program, Process process) {
		this.program = program;
		this.process = process;
		this.reader = new Thread(this::read, "output-of-" + program.getSimpleName());
		this.reader.setDaemon(true);
		this.reader.start();
	}

	/**
	 * Starts a program.
	 * @param program has the method {@code main}
	 * @param options options of the JVM
	 * @param arguments arguments of the program
	 * @return the process, to be closed
	 */
	public static JavaProcess start(Class<?> program, List<String> options, List<String> arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
		command.addAll(arguments);
		try {
			return new JavaProcess(program,
					new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		BufferedReader output = this.process.inputReader();
		try {
			for (String line = output.readLine(); line != null; line = output.readLine()) {
				System.out.println(line);
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			// The process is ended, and so is its output.
		}
	}

	/**
	 * Waits for a line. If none comes, the process is ended.
	 * @param beginning how the line begins
	 * @return the rest of the first such line
	 * @throws IllegalStateException if the process ends without it
	 */
	public String await(String beginning) {
		try {
			Await.within(PATIENCE, () -> find(beginning).isPresent() || !this.reader.isAlive());
			return find(beginning).orElseThrow(() -> new IllegalStateException(
					"%s has ended without '%s'".formatted(this.program.getSimpleName(), beginning)));
		}
		catch (RuntimeException ex) {
			close();
			throw ex;
		}
	}

	private Optional<String> find(String beginning) {
		return this.lines.stream()
			.filter((line) -> line.startsWith(beginning))
			.findFirst()
			.map((line) -> line.substring(beginning.length()));
	}

	/**
	 * Whether it runs.
	 * @return whether it runs
	 */
	public boolean isAlive() {
		return this.process.isAlive();
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
