package io.github.cometspring.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the figures are meant to be, and by how much they miss it.
 */
final class Aims {

	private static final String CPU = "srv_us_per_delivery";

	private static final int FEW = 1000;

	private final Results results;

	private final int many;

	/**
	 * Creates the aims.
	 * @param results the results
	 * @param many the number of clients where there is only one number
	 */
	Aims(Results results, int many) {
		this.results = results;
		this.many = many;
	}

	/**
	 * Writes a table of all aims for which there are results, in Markdown.
	 */
	String write() {
		StringBuilder text = new StringBuilder("""
				## What is still missed

				| what | aim, at most | measured | over the aim by |
				| --- | ---: | ---: | ---: |
				""");
		for (Aim aim : all()) {
			if (Double.isFinite(aim.measured())) {
				double over = aim.measured() / aim.most() - 1;
				text.append(String.format(Locale.ROOT, "| %s | %s | %s | %s |%n", aim.what(), aim.in(aim.most()),
						aim.in(aim.measured()), (over > 0) ? String.format(Locale.ROOT, "%.0f %%", 100 * over) : "–"));
			}
		}
		return text.toString();
	}

	private List<Aim> all() {
		List<Aim> aims = new ArrayList<>();
		for (int clients : List.of(FEW, this.many)) {
			aims.add(floor(Measure.LONGPOLL, 1, clients, ServerKind.FLOOR, 1.5));
			for (Measure measure : List.of(Measure.SSE, Measure.WEBSOCKET)) {
				aims.add(floor(measure, 1, clients, ServerKind.FLOOR, 1.5));
				aims.add(floor(measure, 4, clients, ServerKind.FLOOR_PUMP, 1.4));
			}
			aims.add(absolute("long poll behind Spring Security, %,d clients".formatted(clients),
					at(Measure.LONGPOLL, 1, clients, ServerKind.COMET_SECURITY), CPU, 1, "µs", 45));
			aims.add(absolute("the same, with tokens", at(Measure.LONGPOLL, 1, clients, ServerKind.COMET_JWT), CPU, 1,
					"µs", 45));
		}
		aims.add(absolute("long poll behind Spring Security, %,d clients, p99".formatted(this.many),
				at(Measure.LONGPOLL, 1, this.many, ServerKind.COMET_SECURITY), "p99_us", 1000, "ms", 300));
		for (Measure measure : List.of(Measure.IDLE_LONGPOLL, Measure.IDLE_SSE, Measure.IDLE_WEBSOCKET)) {
			aims.add(absolute("idle behind Spring Security, " + measure.dialect(),
					at(measure, 1, this.many, ServerKind.COMET_SECURITY), "memory_per_conn", 1000, "KB", 6));
		}
		for (Measure measure : List.of(Measure.LONGPOLL, Measure.SSE, Measure.WEBSOCKET)) {
			aims.add(ratio("a channel for each client, " + measure, at(measure, 1, this.many, ServerKind.COMET_OWN),
					CPU, ServerKind.COMET, "one channel", 1.3));
		}
		aims.add(ratio("a channel for each client, published over HTTP",
				at(Measure.PAIRS, 1, FEW, ServerKind.COMET_PUBLISH), CPU, ServerKind.NCHAN, "nchan", 1.2));
		aims.add(absolute("a publication over HTTP", at(Measure.PUBLISH, 1, this.many, ServerKind.COMET_PUBLISH),
				"publish_cpu_us", 1, "µs", 15));
		for (Measure measure : List.of(Measure.LONGPOLL, Measure.SSE, Measure.WEBSOCKET)) {
			aims.add(ratio("io_uring, " + measure, at(measure, 1, this.many, ServerKind.COMET_URING), CPU,
					ServerKind.COMET, "epoll", 1));
		}
		for (Measure measure : Measure.values()) {
			if (measure.isOpening()) {
				aims.add(ratio(measure + ", CPU each", at(measure, 1, this.many, ServerKind.COMET),
						"open_cpu_us_per_conn", ServerKind.WEBFLUX, "by hand", 1));
			}
		}
		return aims;
	}

	private static Results.Case at(Measure measure, int window, int clients, ServerKind kind) {
		return new Results.Case(measure, window, clients, kind);
	}

	private Aim floor(Measure measure, int window, int clients, ServerKind floor, double most) {
		return ratio("%s, %,d clients, in flight: %d".formatted(measure, clients, window),
				at(measure, window, clients, ServerKind.COMET), CPU, floor, floor.toString(), most);
	}

	private Aim ratio(String what, Results.Case measured, String figure, ServerKind other, String name, double most) {
		return new Aim(what, this.results.ratio(measured, measured.at(other), figure), most, "× " + name, 2);
	}

	private Aim absolute(String what, Results.Case measured, String figure, int divisor, String unit, double most) {
		return new Aim(what, this.results.median(measured, figure) / divisor, most, " " + unit, 1);
	}

	/**
	 * An aim.
	 *
	 * @param what what is measured
	 * @param measured the figure, or not a number
	 * @param most what it should be at most
	 * @param unit the unit
	 * @param digits how many digits follow the point
	 */
	private record Aim(String what, double measured, double most, String unit, int digits) {

		String in(double value) {
			return String.format(Locale.ROOT, "%,." + this.digits + "f", value) + this.unit;
		}

	}

}
