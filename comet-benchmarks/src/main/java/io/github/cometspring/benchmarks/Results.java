package io.github.cometspring.benchmarks;

import java.util.ArrayList;
import java.util.Collections;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/**
 * The results: one sample a round for each case.
 */
final class Results {

	private final Map<Case, List<Sample>> samples = new LinkedHashMap<>();

	void add(Case measured, Sample sample) {
		this.samples.computeIfAbsent(measured, (key) -> new ArrayList<>()).add(sample);
	}

	Set<Case> cases() {
		return Collections.unmodifiableSet(this.samples.keySet());
	}

	/**
	 * The windows that a measure was taken with.
	 */
	List<Integer> windows(Measure measure) {
		return this.samples.keySet()
			.stream()
			.filter((each) -> each.measure() == measure)
			.map(Case::window)
			.distinct()
			.toList();
	}

	/**
	 * How many rounds there were of what is taken more than once.
	 */
	String rounds() {
		IntSummaryStatistics rounds = this.samples.entrySet()
			.stream()
			.filter((each) -> each.getKey().measure().isRepeated())
			.mapToInt((each) -> each.getValue().size())
			.summaryStatistics();
		boolean differ = rounds.getMin() < rounds.getMax();
		return differ ? rounds.getMin() + " to " + rounds.getMax() : String.valueOf(Math.max(1, rounds.getMax()));
	}

	List<Sample> of(Case measured) {
		return this.samples.getOrDefault(measured, List.of());
	}

	double median(Case measured, String figure) {
		return median(of(measured).stream().mapToDouble((sample) -> sample.get(figure)));
	}

	double sum(Case measured, String figure) {
		return of(measured).stream().mapToDouble((sample) -> sample.get(figure)).sum();
	}

	/**
	 * The ratio of a figure to that of another case: the median of the ratios within each
	 * round, which were measured close in time.
	 */
	double ratio(Case measured, Case other, String figure) {
		List<Sample> mine = of(measured);
		List<Sample> theirs = of(other);
		return median(IntStream.range(0, Math.min(mine.size(), theirs.size()))
			.mapToDouble((round) -> mine.get(round).get(figure) / theirs.get(round).get(figure)));
	}

	private static double median(DoubleStream values) {
		double[] sorted = values.filter(Double::isFinite).sorted().toArray();
		if (sorted.length == 0) {
			return Double.NaN;
		}
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	/**
	 * One line of a table.
	 *
	 * @param measure the measure
	 * @param window how many messages are in flight
	 * @param clients how many clients there are
	 * @param server the server
	 */
	record Case(Measure measure, int window, int clients, ServerKind server) {

		Case at(ServerKind other) {
			return new Case(this.measure, this.window, this.clients, other);
		}

	}

}
