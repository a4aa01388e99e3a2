package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/**
 * Starts the servers, warms them, takes the measures in turn, and writes the report.
 */
final class BenchmarkRun {

	private static final int WARM_UP_CLIENTS = 500;

	private final Options options;

	private final Processes processes;

	private final Results results = new Results();

	private final List<String> remarks = new ArrayList<>();

	private BenchmarkRun(Options options, Processes processes) {
		this.options = options;
		this.processes = processes;
	}

	public static void main(String[] args) throws Exception {
		Options options = Options.parse(args);
		Files.createDirectories(options.out());
		try (Processes processes = new Processes()) {
			new BenchmarkRun(options, processes).run();
		}
	}

	private void run() throws IOException, InterruptedException {
		long start = System.nanoTime();
		LoadGenerator load = new LoadGenerator(this.processes, this.options, Path.of("src/main/c/pushbench.c"));
		List<Server> servers = startServers();
		FanOut fanOut = new FanOut(load);
		warmUp(servers, fanOut);
		for (Measure measure : this.options.measures()) {
			if (measure.isFanOut()) {
				fanOut(measure, servers, fanOut);
			}
		}
		String report = new Report(this.results, this.remarks).write(Duration.ofNanos(System.nanoTime() - start));
		Files.writeString(this.options.out().resolve("results.md"), report);
		System.out.println(report);
	}

	private List<Server> startServers() throws IOException, InterruptedException {
		List<Server> servers = new ArrayList<>();
		for (ServerKind kind : this.options.servers()) {
			Optional<String> obstacle = ServerCommand.obstacle(kind);
			if (obstacle.isPresent()) {
				remark(kind + " is left out: " + obstacle.get());
			}
			else {
				say("starting " + kind);
				servers.add(Server.start(kind, this.options, this.processes));
			}
		}
		return servers;
	}

	/**
	 * Loads each server in each dialect on both cores, so that its compilers have time,
	 * and pins it then.
	 */
	private void warmUp(List<Server> servers, FanOut fanOut) throws IOException, InterruptedException {
		Path log = this.options.out().resolve("taskset.log");
		for (Server server : servers) {
			for (Measure measure : this.options.measures()) {
				if (measure.isFanOut() && server.kind().can(measure)) {
					say("warming " + server.kind() + " with " + measure);
					fanOut.take(server, new Results.Case(measure, 1, WARM_UP_CLIENTS, server.kind()),
							this.options.warmUp());
				}
			}
			server.pin(this.processes, log, String.valueOf(this.options.serverCpu()));
		}
	}

	private void fanOut(Measure measure, List<Server> servers, FanOut fanOut) throws IOException, InterruptedException {
		for (int window : measure.isStream() ? this.options.windows() : List.of(1)) {
			for (int clients : this.options.clients()) {
				List<Server> turn = new ArrayList<>(
						servers.stream().filter((each) -> each.kind().can(measure)).toList());
				for (int round = 0; round < this.options.rounds(); round++) {
					for (Server server : turn) {
						Results.Case measured = new Results.Case(measure, window, clients, server.kind());
						Sample sample = fanOut.take(server, measured, this.options.deliveries());
						this.results.add(measured, sample);
						say("%s, window %d, %d clients, round %d, %s: %.2f µs, p99 %.1f ms, %.0f lost".formatted(
								measure, window, clients, round + 1, server.kind(), sample.get("srv_us_per_delivery"),
								sample.get("p99_us") / 1000, sample.get("lost")));
					}
					// Nobody always comes after the same
					Collections.rotate(turn, 1);
				}
			}
		}
	}

	private void remark(String text) {
		this.remarks.add(text);
		say(text);
	}

	private static void say(String text) {
		System.err.println("==> " + text);
	}

}
