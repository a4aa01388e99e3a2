package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * What the JVM of a server keeps of a training run, so that the next one begins with its
 * classes loaded and linked: the AOT cache of JDK 25 and later, else an archive of class
 * data sharing. A JVM that ends in the usual way writes it.
 */
final class Archive {

	private static final int FIRST_WITH_AOT_CACHE = 25;

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final int TRAINING_CLIENTS = 500;

	private static final int TRAINING_DELIVERIES = 20_000;

	private static final List<Measure> LESSONS = List.of(Measure.OPEN_LONGPOLL, Measure.OPEN_SSE,
			Measure.OPEN_WEBSOCKET, Measure.LONGPOLL, Measure.SSE, Measure.WEBSOCKET, Measure.RESUME_LONGPOLL,
			Measure.RESUME_SSE, Measure.RESUME_WEBSOCKET);

	private final boolean aot = Runtime.version().feature() >= FIRST_WITH_AOT_CACHE;

	private final Path file;

	Archive(Options options) {
		this.file = options.work().resolve(this.aot ? "server.aot" : "server.jsa");
	}

	/**
	 * The arguments of a JVM that uses the archive if it is there, and otherwise writes
	 * it at its end.
	 */
	List<String> arguments() {
		boolean there = Files.exists(this.file);
		if (this.aot) {
			return List.of((there ? "-XX:AOTCache=" : "-XX:AOTCacheOutput=") + this.file);
		}
		return List.of((there ? "-XX:SharedArchiveFile=" : "-XX:ArchiveClassesAtExit=") + this.file);
	}

	/**
	 * Starts a server, has clients of each dialect connect, come back and receive
	 * messages, and ends it.
	 */
	void train(ServerKind kind, Options options, Processes processes, LoadGenerator load)
			throws IOException, InterruptedException {
		Server server = Server.start(kind, options, processes);
		for (Measure measure : LESSONS) {
			Taker taker = measure.isFanOut() ? new FanOut(load, TRAINING_DELIVERIES)
					: new Opening(load, options, processes, TRAINING_CLIENTS);
			taker.take(server, new Results.Case(measure, 1, TRAINING_CLIENTS, kind));
		}
		processes.endGently(server.process(), PATIENCE);
		if (!Files.exists(this.file)) {
			throw new IOException("The training run has not written " + this.file);
		}
	}

}
