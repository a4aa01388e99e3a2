package io.github.cometspring.benchmarks;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The results as tables in Markdown.
 */
final class Report {

	private final Results results;

	private final List<String> remarks;

	Report(Results results, List<String> remarks) {
		this.results = results;
		this.remarks = remarks;
	}

	String write(Duration duration) {
		StringBuilder text = new StringBuilder("# Results\n");
		for (Measure measure : Measure.values()) {
			if (measure.isFanOut()) {
				for (int window : windows(measure)) {
					fanOut(text, measure, window);
				}
			}
		}
		text.append("\nTook ").append(duration.toMinutes()).append(" minutes.\n");
		this.remarks.forEach((remark) -> text.append("- ").append(remark).append('\n'));
		return text.toString();
	}

	private List<Integer> windows(Measure measure) {
		return this.results.cases()
			.stream()
			.filter((each) -> each.measure() == measure)
			.map(Results.Case::window)
			.distinct()
			.toList();
	}

	private void fanOut(StringBuilder text, Measure measure, int window) {
		text.append("\n## ").append(measure);
		if (measure.isStream()) {
			text.append(", ").append(window).append(" in flight");
		}
		text.append("\n\n| clients | server | CPU µs/delivery | min–max | × nchan | × webflux | deliveries/s "
				+ "| p50 ms | p99 ms | max ms | lost | twice |\n");
		text.append("| ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
		for (Results.Case each : this.results.cases()) {
			if (each.measure() == measure && each.window() == window) {
				text.append(line(each));
			}
		}
	}

	private String line(Results.Case each) {
		String cpu = "srv_us_per_delivery";
		return List
			.of(String.valueOf(each.clients()), each.server().toString(),
					number("%.2f", this.results.median(each, cpu)), spread(each, cpu),
					number("%.2f", this.results.ratio(each, each.at(ServerKind.NCHAN), cpu)),
					number("%.2f", this.results.ratio(each, each.at(ServerKind.WEBFLUX), cpu)),
					number("%,.0f", this.results.median(each, "per_s")),
					number("%.1f", this.results.median(each, "p50_us") / 1000),
					number("%.1f", this.results.median(each, "p99_us") / 1000),
					number("%.1f", this.results.median(each, "max_us") / 1000),
					number("%.0f", this.results.sum(each, "lost")), number("%.0f", this.results.sum(each, "dup")))
			.stream()
			.collect(Collectors.joining(" | ", "| ", " |\n"));
	}

	private String spread(Results.Case each, String figure) {
		var figures = this.results.of(each).stream().mapToDouble((sample) -> sample.get(figure)).summaryStatistics();
		return number("%.2f", figures.getMin()) + "–" + number("%.2f", figures.getMax());
	}

	private static String number(String format, double value) {
		return Double.isFinite(value) ? String.format(Locale.ROOT, format, value) : "";
	}

}
