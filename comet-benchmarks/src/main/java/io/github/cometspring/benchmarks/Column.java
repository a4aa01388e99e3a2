package io.github.cometspring.benchmarks;

import java.util.DoubleSummaryStatistics;
import java.util.Locale;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param title its title
 * @param rule the rule below, which aligns it
 * @param content the text of a cell
 */
record Column(String title, String rule, BiFunction<Results, Results.Case, String> content) {

	static Column text(String title, Function<Results.Case, String> content) {
		return new Column(title, "---", (results, each) -> content.apply(each));
	}

	static Column median(String title, String figure, int divisor, int digits) {
		return number(title, (results, each) -> number(results.median(each, figure) / divisor, digits));
	}

	static Column sum(String title, String figure) {
		return number(title, (results, each) -> number(results.sum(each, figure), 0));
	}

	static Column ratio(String title, ServerKind other, String figure) {
		return number(title, (results, each) -> number(results.ratio(each, each.at(other), figure), 2));
	}

	static Column spread(String title, String figure, int digits) {
		return number(title, (results, each) -> {
			DoubleSummaryStatistics all = results.of(each)
				.stream()
				.mapToDouble((sample) -> sample.get(figure))
				.summaryStatistics();
			return number(all.getMin(), digits) + "–" + number(all.getMax(), digits);
		});
	}

	private static Column number(String title, BiFunction<Results, Results.Case, String> content) {
		return new Column(title, "---:", content);
	}

	private static String number(double value, int digits) {
		return Double.isFinite(value) ? String.format(Locale.ROOT, "%,." + digits + "f", value) : "";
	}

	String of(Results results, Results.Case each) {
		return this.content.apply(results, each);
	}

}
