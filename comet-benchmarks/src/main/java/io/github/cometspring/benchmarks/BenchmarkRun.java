package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

import org.springframework.util.FileSystemUtils;

/**
 * Starts the servers, warms them up, takes the measures in turn, and writes the report.
 */
final class BenchmarkRun {

	private static final int WARM_UP_CLIENTS = 500;

	private final Options options;

	private final Processes processes;

	private final LoadGenerator load;

	private final Results results = new Results();

	private final Opening opening;

	private final List<String> remarks = new ArrayList<>(Machine.describe());

	private BenchmarkRun(Options options, Processes processes, LoadGenerator load) {
		this.options = options;
		this.processes = processes;
		this.load = load;
		this.opening = new Opening(load, options, processes);
	}

	public static void main(String[] args) throws Exception {
		System.setProperty("java.awt.headless", "true");
		Options options = Options.parse(args);
		FileSystemUtils.deleteRecursively(options.work());
		Files.createDirectories(options.work());
		try (Processes processes = new Processes()) {
			Path source = Path.of("src/main/c/pushbench.c");
			new BenchmarkRun(options, processes, new LoadGenerator(processes, options, source)).run(args);
		}
	}

	private void run(String... args) throws IOException, InterruptedException {
		long start = System.nanoTime();
		this.remarks.add("`comet-benchmarks/run %s` at %s".formatted(String.join(" ", args), Instant.now()));
		List<Server> servers = startServers();
		// Before the warm-up: not all servers give back memory that they have used
		for (Measure measure : this.options.measures()) {
			if (measure.isIdle()) {
				measure(measure, servers);
			}
		}
		warmUp(servers);
		for (Measure measure : this.options.measures()) {
			if (!measure.isIdle()) {
				measure(measure, servers);
			}
		}
		Duration duration = Duration.ofNanos(System.nanoTime() - start);
		this.remarks.add("%d rounds, %d minutes".formatted(this.options.rounds(), duration.toMinutes()));
		String report = new Report(this.results).write(this.remarks);
		Files.writeString(this.options.out().resolve("results.md"), report);
		new Plot(this.results).write(this.options.out());
		System.out.println(report);
	}

	private List<Server> startServers() throws IOException, InterruptedException {
		List<Server> servers = new ArrayList<>();
		for (ServerKind kind : this.options.servers()) {
			Optional<String> obstacle = ServerCommand.obstacle(kind);
			if (obstacle.isPresent()) {
				this.remarks.add(kind + " is left out: " + obstacle.get());
			}
			else if (this.options.measures().stream().anyMatch(kind::can)) {
				say("starting " + kind);
				servers.add(Server.start(kind, this.options, this.processes));
			}
		}
		return servers;
	}

	/**
	 * Loads each server in each dialect on both cores, so that its compilers have time,
	 * and then pins it.
	 */
	private void warmUp(List<Server> servers) throws IOException, InterruptedException {
		Taker warmUp = new FanOut(this.load, this.options.warmUp());
		for (Server server : servers) {
			for (Measure measure : Measure.values()) {
				if (measure.isFanOut() && server.kind().can(measure) && isSpoken(measure.dialect())) {
					say("warming " + server.kind() + " with " + measure);
					attempt(warmUp, server, new Results.Case(measure, 1, WARM_UP_CLIENTS, server.kind()));
				}
			}
			if (server.kind().can(Measure.REDIS_PUBLISH) && this.options.measures().contains(Measure.REDIS_PUBLISH)) {
				say("warming " + server.kind() + " with " + Measure.REDIS_PUBLISH);
				for (int i = 0; i < 3; i++) {
					attempt(taker(Measure.REDIS_PUBLISH), server,
							new Results.Case(Measure.REDIS_PUBLISH, 1, 1, server.kind()));
				}
			}
			if (server.kind().can(Measure.PUBLISH) && this.options.measures().contains(Measure.PUBLISH)) {
				say("warming " + server.kind() + " with " + Measure.PUBLISH);
				attempt(new HttpPublications(this.options.warmUp()), server,
						new Results.Case(Measure.PUBLISH, 1, 1, server.kind()));
			}
			server.pin(this.processes, this.options.work().resolve("taskset.log"),
					String.valueOf(this.options.serverCpu()));
		}
	}

	private boolean isSpoken(Measure.Dialect dialect) {
		return this.options.measures()
			.stream()
			.anyMatch((measure) -> !measure.isIdle() && !measure.isOpening() && measure.dialect() == dialect);
	}

	private void measure(Measure measure, List<Server> servers) throws IOException, InterruptedException {
		int rounds = measure.isRepeated() ? this.options.rounds() : 1;
		for (int window : measure.isWindowed() ? this.options.windows() : List.of(1)) {
			for (int clients : measure.isFanOut() ? this.options.clients() : List.of(this.options.many())) {
				List<Server> turn = new ArrayList<>(
						servers.stream().filter((each) -> takesPart(each.kind(), measure, clients)).toList());
				for (int round = 1; round <= rounds; round++) {
					for (Server server : turn) {
						take(server, new Results.Case(measure, window, clients, server.kind()), round);
					}
					// No server always follows the same one
					Collections.rotate(turn, 1);
				}
			}
		}
	}

	private boolean takesPart(ServerKind kind, Measure measure, int clients) {
		boolean tooMany = kind.isSlow() && !measure.isIdle() && clients > this.options.slowClients();
		return kind.can(measure) && !tooMany;
	}

	private void take(Server server, Results.Case measured, int round) throws InterruptedException {
		Sample sample = attempt(taker(measured.measure()), server, measured);
		this.results.add(measured, sample);
		say("%s, window %d, %d clients, round %d, %s: %s".formatted(measured.measure(), measured.window(),
				measured.clients(), round, server.kind(), sample.summary()));
	}

	/**
	 * Takes a measure. If it fails, the run continues.
	 */
	private Sample attempt(Taker taker, Server server, Results.Case measured) throws InterruptedException {
		try {
			return taker.take(server, measured);
		}
		catch (IOException ex) {
			this.remarks.add("No result once of %s: %s".formatted(measured, ex.getMessage()));
			return Sample.NONE;
		}
	}

	private Taker taker(Measure measure) {
		if (measure.isIdle()) {
			return new Idle(this.load, this.options, this.processes);
		}
		if (measure.isOpening()) {
			return this.opening;
		}
		if (measure.isFair()) {
			return new Fairness(this.load, this.options.seconds());
		}
		return switch (measure) {
			case DEACTIVATE -> new Deactivation(this.load);
			case ENGINE -> new Engine(this.options, this.processes);
			case PUBLISH -> new HttpPublications(this.options.deliveries());
			case REDIS_PUBLISH -> new RedisPublications(this.options, this.processes);
			case REDIS_CHANNELS -> new RedisChannels();
			default -> new FanOut(this.load, this.options.deliveries());
		};
	}

	private static void say(String text) {
		System.err.println("==> " + text);
	}

}
