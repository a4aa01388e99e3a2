package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * A program in C that is part of this module. It is compiled for each run.
 */
enum CProgram {

	/** The load generator. */
	PUSHBENCH,
	/** The server that does only what must be on the wire. */
	FLOOR;

	private static final Duration LIMIT = Duration.ofMinutes(1);

	/**
	 * The compiled program.
	 */
	Path path(Options options) {
		return options.work().resolve(toString());
	}

	void compile(Options options, Processes processes) throws IOException, InterruptedException {
		processes.run(LIMIT, options.work().resolve("gcc.log"),
				List.of("gcc", "-O2", "-o", path(options).toString(), "src/main/c/" + this + ".c"));
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
