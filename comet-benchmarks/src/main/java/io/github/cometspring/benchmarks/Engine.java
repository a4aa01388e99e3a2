package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures channels without clients, in a JVM of their own.
 */
final class Engine implements Taker {

	private final Options options;

	private final Processes processes;

	Engine(Options options, Processes processes) {
		this.options = options;
		this.processes = processes;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		List<String> command = new ArrayList<>(List.of("taskset", "-c", String.valueOf(this.options.serverCpu())));
		command.addAll(new ServerCommand(this.options).java(server.kind()));
		command.add("io.github.cometspring.benchmarks.server.EngineMeter");
		Path log = this.options.work().resolve("engine.log");
		return LoadGenerator.result(this.processes.run(Duration.ofMinutes(2), log, command));
	}

}
