package io.github.cometspring.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The figures of one measure taken once, by name.
 *
 * @param figures the figures
 */
record Sample(Map<String, Double> figures) {

	static final Sample NONE = new Sample(Map.of());

	private static final Set<String> TELLING = Set.of("srv_us_per_delivery", "per_s", "p99_us", "max_us", "lost",
			"memory_per_conn", "open_cpu_us_per_conn", "open_s", "other_p99_us", "actuator_p99_us", "publish_per_s",
			"publish_cpu_us", "create_per_s", "channel_bytes", "bare_per_s", "share", "single_us", "bare_single_us",
			"cut_ms", "cut_max_ms", "uncut_ms", "quiet_percent", "heap_followed", "heap_left", "heap_message",
			"redis_channel", "redis_first", "redis_message");

	/**
	 * Reads a line of {@code name=value} pairs; values that are not numbers are left out.
	 */
	static Sample parse(String line) {
		Map<String, Double> figures = new LinkedHashMap<>();
		for (String pair : line.trim().split("\\s+")) {
			int at = pair.indexOf('=');
			if (at > 0 && pair.substring(at + 1).matches("-?[\\d.]+")) {
				figures.put(pair.substring(0, at), Double.valueOf(pair.substring(at + 1)));
			}
		}
		return new Sample(figures);
	}

	/**
	 * The most important figures.
	 */
	String summary() {
		Map<String, Double> telling = new LinkedHashMap<>(this.figures);
		telling.keySet().retainAll(TELLING);
		return telling.toString();
	}

	double get(String name) {
		return this.figures.getOrDefault(name, Double.NaN);
	}

}
