package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Publishes through one node on Redis, many at a time and one at a time, and in turn lets
 * {@code redis-benchmark} carry out the same script with the same arguments. A node keeps
 * to its channel, and {@code redis-benchmark} to another of the same settings.
 */
final class RedisPublications implements Taker {

	private static final int UNDER_WAY = 500;

	private static final int PIPELINE = 50;

	private static final String OTHER = "other";

	private static final String DATA = "x".repeat(100);

	private final Options options;

	private final Processes processes;

	RedisPublications(Options options, Processes processes) {
		this.options = options;
		this.processes = processes;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		int many = 2 * this.options.deliveries();
		int few = this.options.deliveries() / 4;
		Map<String, Double> figures = new LinkedHashMap<>();
		double cpu = server.cpuMicros();
		double rate = many / publish(server, many, UNDER_WAY);
		figures.put("publish_per_s", rate);
		figures.put("publish_cpu_us", (server.cpuMicros() - cpu) / many);
		double bare = bare(server, many, PIPELINE);
		figures.put("bare_per_s", bare);
		figures.put("share", rate / bare);
		figures.put("single_us", publish(server, few, 1) * 1_000_000 / few);
		figures.put("bare_single_us", 1_000_000 / bare(server, few, 1));
		return new Sample(figures);
	}

	/**
	 * How long publications take, in seconds.
	 */
	private static double publish(Server server, int count, int underWay) throws IOException, InterruptedException {
		return LoadGenerator.result(server.post("/bench/publications/%d/%d".formatted(count, underWay))).get("seconds");
	}

	private double bare(Server server, int count, int underWay) throws IOException, InterruptedException {
		return server.redis().rate(this.options, this.processes, OTHER, DATA, count, underWay);
	}

}
