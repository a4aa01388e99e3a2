package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * The processes that a run has started. They end with the run, even if it is interrupted.
 */
final class Processes implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Queue<Process> running = new ConcurrentLinkedQueue<>();

	Processes() {
		Runtime.getRuntime().addShutdownHook(new Thread(this::close));
	}

	/**
	 * Starts a process.
	 * @param command the command
	 * @param output the file for its output, or {@code null} to read it
	 * @param errors the file for its errors
	 * @return the process, whose standard input stays open as long as this process runs
	 */
	Process start(List<String> command, @Nullable Path output, Path errors) throws IOException {
		ProcessBuilder builder = new ProcessBuilder(command)
			.redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()));
		if (output != null) {
			builder.redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()));
		}
		Process process = builder.start();
		this.running.add(process);
		return process;
	}

	/**
	 * Runs a command to its end.
	 * @param limit how long it may take
	 * @return its output
	 */
	String run(Duration limit, Path errors, List<String> command) throws IOException, InterruptedException {
		Process process = start(command, null, errors);
		Thread guard = new Thread(() -> endAfter(limit, process));
		guard.setDaemon(true);
		guard.start();
		String written = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		int status = process.waitFor();
		this.running.remove(process);
		guard.interrupt();
		if (status != 0) {
			throw new IOException("Status " + status + " of " + command + ": see " + errors);
		}
		return written;
	}

	private static void endAfter(Duration limit, Process process) {
		try {
			if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
				process.destroyForcibly();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Ends a process and its child processes.
	 */
	void end(Process process) {
		List<ProcessHandle> family = process.descendants().toList();
		process.destroy();
		family.forEach(ProcessHandle::destroy);
		endAfter(PATIENCE, process);
		family.forEach(ProcessHandle::destroyForcibly);
		this.running.remove(process);
	}

	/**
	 * Asks a process to end, and waits until it has.
	 */
	void endGently(Process process, Duration patience) {
		process.destroy();
		endAfter(patience, process);
		this.running.remove(process);
	}

	@Override
	public void close() {
		this.running.forEach(Process::destroy);
		this.running.forEach(this::end);
	}

}
