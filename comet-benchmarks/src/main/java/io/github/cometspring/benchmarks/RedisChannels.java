package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Has many channels on Redis with a subscriber each on one node: what they cost the node
 * and Redis, and how long it takes after the feed was cut until each of them has a
 * message that was published afterwards.
 */
final class RedisChannels implements Taker {

	private static final int WARM_UP = 200;

	/** Enough for a full history, from which the oldest go. */
	private static final int MESSAGES = 100;

	/** How many of them are kept: those for nodes that fall behind. */
	private static final int KEPT = 64;

	private static final int CUTS = 5;

	/** Two looks at each channel of which nothing is heard. */
	private static final Duration QUIET = Duration.ofSeconds(60);

	/** A minute, and until the node has noticed that it is over. */
	private static final Duration LEFT = Duration.ofSeconds(80);

	private final Map<String, Double> figures = new LinkedHashMap<>();

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		int channels = measured.clients();
		warmUp(server);
		double heapBefore = heap(server);
		long before = server.redis().memory();
		server.post("/bench/channels/" + channels);
		long created = server.redis().memory();
		this.figures.put("redis_channel", (created - before) / (double) channels);
		server.post("/bench/listeners/" + channels);
		publish(server, channels, 1);
		double heapFollowed = heap(server);
		this.figures.put("heap_followed", (heapFollowed - heapBefore) / channels);
		this.figures.put("redis_first", (server.redis().memory() - created) / (double) channels);
		fill(server, Math.max(1, channels / 10), heapFollowed);
		cut(server, channels);
		double cpu = server.cpuMicros();
		Thread.sleep(QUIET.toMillis());
		this.figures.put("quiet_percent", 100 * (server.cpuMicros() - cpu) / (QUIET.toNanos() / 1000.0));
		server.post("/bench/listeners/0");
		Thread.sleep(LEFT.toMillis());
		this.figures.put("heap_left", (heap(server) - heapBefore) / channels);
		return new Sample(this.figures);
	}

	/**
	 * Objects that are created once do not count for the channels.
	 */
	private static void warmUp(Server server) throws IOException, InterruptedException {
		server.post("/bench/channels/" + WARM_UP);
		server.post("/bench/listeners/" + WARM_UP);
		publish(server, WARM_UP, MESSAGES);
		server.post("/bench/listeners/0");
		server.post("/bench/closed/" + WARM_UP);
	}

	private void fill(Server server, int channels, double heapBefore) throws IOException, InterruptedException {
		long before = server.redis().memory();
		publish(server, channels, MESSAGES);
		// One of them was there before
		double messages = channels * (KEPT - 1.0);
		this.figures.put("redis_message", (server.redis().memory() - before) / messages);
		this.figures.put("heap_message", (heap(server) - heapBefore) / messages);
	}

	private void cut(Server server, int channels) throws IOException, InterruptedException {
		double[] cut = new double[CUTS];
		double[] uncut = new double[CUTS];
		for (int i = 0; i < CUTS; i++) {
			long start = System.nanoTime();
			publish(server, channels, 1);
			long middle = System.nanoTime();
			server.redis().cutFeeds();
			publish(server, channels, 1);
			cut[i] = (System.nanoTime() - middle) / 1e6;
			uncut[i] = (middle - start) / 1e6;
		}
		Arrays.sort(cut);
		Arrays.sort(uncut);
		this.figures.put("cut_ms", cut[CUTS / 2]);
		this.figures.put("cut_max_ms", cut[CUTS - 1]);
		this.figures.put("uncut_ms", uncut[CUTS / 2]);
	}

	/**
	 * Publishes messages on each of some channels, and waits until all were heard.
	 */
	private static void publish(Server server, int channels, int messages) throws IOException, InterruptedException {
		server.post("/bench/rounds/%d/%d".formatted(channels, messages));
	}

	private static double heap(Server server) throws IOException, InterruptedException {
		return Sample.parse(server.post("/bench/memory")).get("heap");
	}

}
