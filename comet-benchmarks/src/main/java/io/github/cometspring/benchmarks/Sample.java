package io.github.cometspring.benchmarks;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The figures of one measure taken once, by name.
 *
 * @param figures the figures
 */
record Sample(Map<String, Double> figures) {

	/**
	 * Reads a line of {@code name=value} pairs; what is no number is left out.
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

	double get(String name) {
		return this.figures.getOrDefault(name, Double.NaN);
	}

}
