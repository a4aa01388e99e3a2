package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
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

	private static final int WARM_UP_PUBLICATIONS = 100_000;

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
		this.opening = new Opening(load, options, processes, Opening.OPENED_BEFORE);
	}

	public static void main(String[] args) throws Exception {
		System.setProperty("java.awt.headless", "true");
		Options options = Options.parse(args);
		FileSystemUtils.deleteRecursively(options.work());
		Files.createDirectories(options.work());
		try (Processes processes = new Processes()) {
			for (CProgram program : CProgram.values()) {
				program.compile(options, processes);
			}
			new BenchmarkRun(options, processes, new LoadGenerator(processes, options)).run(args);
		}
	}

	private void run(String... args) throws IOException, InterruptedException {
		long start = System.nanoTime();
		this.remarks.add("`comet-benchmarks/run %s` at %s".formatted(String.join(" ", args), Instant.now()));
		List<Server> servers = startServers();
		List<Block> blocks = Block.of(this.options);
		double weights = blocks.stream().mapToDouble((block) -> weight(block, servers)).sum();
		Budget budget = new Budget(start, Duration.ofMinutes(this.options.minutes()), weights, System::nanoTime);
		boolean warm = false;
		for (Block block : blocks) {
			// Idle connections before: not all servers give back memory that they have
			// used
			if (!warm && !block.measure().isIdle()) {
				warmUp(servers);
				warm = true;
			}
			measure(block, servers, budget);
		}
		Duration duration = Duration.ofNanos(System.nanoTime() - start);
		this.remarks.add("%s rounds, %d minutes".formatted(this.results.rounds(), duration.toMinutes()));
		String report = new Report(this.results).write(this.remarks);
		Files.writeString(this.options.out().resolve("results.md"), report);
		if (this.options.figures()) {
			Files.writeString(this.options.out().resolve("performance.md"),
					new FiguresReport(this.results, this.options.many()).write());
		}
		new Plot(this.results).write(this.options.out());
		System.out.println(report);
	}

	private List<Server> startServers() throws IOException, InterruptedException {
		List<Server> servers = new ArrayList<>();
		for (ServerKind kind : this.options.servers()) {
			Optional<String> obstacle = Obstacle.of(kind);
			if (obstacle.isPresent()) {
				this.remarks.add(kind + " is left out: " + obstacle.get());
				say(kind + " is left out: " + obstacle.get());
			}
			else if (this.options.measures().stream().anyMatch(kind::can)) {
				if (kind.isArchived()) {
					say("training " + kind);
					new Archive(this.options).train(kind, this.options, this.processes, this.load);
				}
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
		for (Server server : servers) {
			if (!server.kind().isInC()) {
				for (Measure measure : Measure.values()) {
					if (measure.isFanOut() && server.kind().can(measure) && isSpoken(measure.dialect())) {
						warmUp(server, measure, new FanOut(this.load, this.options.warmUp()), WARM_UP_CLIENTS);
					}
				}
				int publications = Math.min(this.options.warmUp(), WARM_UP_PUBLICATIONS);
				warmUp(server, Measure.PAIRS, new FanOut(this.load, publications), WARM_UP_CLIENTS);
				warmUp(server, Measure.PUBLISH, new HttpPublications(publications), 1);
				for (int i = 0; i < 3; i++) {
					warmUp(server, Measure.REDIS_PUBLISH, taker(Measure.REDIS_PUBLISH), 1);
				}
			}
			server.pin(this.processes, this.options.work().resolve("taskset.log"),
					String.valueOf(this.options.serverCpu()));
		}
	}

	private void warmUp(Server server, Measure measure, Taker taker, int clients) throws InterruptedException {
		if (server.kind().can(measure) && (measure.isFanOut() || this.options.measures().contains(measure))) {
			say("warming " + server.kind() + " with " + measure);
			attempt(taker, server, new Results.Case(measure, 1, clients, server.kind()));
		}
	}

	private boolean isSpoken(Measure.Dialect dialect) {
		return this.options.measures()
			.stream()
			.anyMatch((measure) -> !measure.isIdle() && !measure.isOpening() && measure.dialect() == dialect);
	}

	private void measure(Block block, List<Server> servers, Budget budget) throws InterruptedException {
		List<Server> turn = new ArrayList<>(
				servers.stream().filter((server) -> takesPart(server.kind(), block)).toList());
		budget.begin(weight(block, servers));
		int rounds = block.rounds(this.options);
		for (int round = 1; round <= rounds && budget.allows(round); round++) {
			for (Server server : turn) {
				take(server, block.of(server.kind()), round);
			}
			// No server always follows the same one
			Collections.rotate(turn, 1);
		}
	}

	private double weight(Block block, List<Server> servers) {
		long taking = servers.stream().filter((server) -> takesPart(server.kind(), block)).count();
		return taking * block.seconds() * block.rounds(this.options);
	}

	private boolean takesPart(ServerKind kind, Block block) {
		boolean tooMany = kind.isSlow() && !block.measure().isIdle() && block.clients() > this.options.slowClients();
		return kind.can(block.measure()) && !tooMany
				&& (!this.options.figures() || Figures.has(kind, block, this.options));
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
