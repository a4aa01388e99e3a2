package io.github.cometspring.benchmarks;

import java.util.List;

/**
 * What is measured of all servers in turn before the next is measured: one table or one
 * part of it.
 *
 * @param measure the measure
 * @param window how many messages are in flight
 * @param clients how many clients there are
 */
record Block(Measure measure, int window, int clients) {

	/**
	 * The blocks of a run. Idle connections come first: not all servers give back memory
	 * that they have used.
	 */
	static List<Block> of(Options options) {
		return options.measures()
			.stream()
			.sorted((one, other) -> Boolean.compare(other.isIdle(), one.isIdle()))
			.flatMap((measure) -> (measure.isWindowed() ? options.windows() : List.of(1)).stream()
				.flatMap((window) -> clients(measure, options).stream()
					.map((clients) -> new Block(measure, window, clients))))
			.toList();
	}

	private static List<Integer> clients(Measure measure, Options options) {
		if (measure.isFanOut()) {
			return options.clients();
		}
		return List.of((measure == Measure.PAIRS) ? options.pairs() : options.many());
	}

	int rounds(Options options) {
		if (!this.measure.isRepeated()) {
			return 1;
		}
		// A server that has to be started for each round takes long
		return (options.figures() && this.measure.isCold()) ? Math.min(2, options.rounds()) : options.rounds();
	}

	/**
	 * About how long it takes to measure a server once, in seconds.
	 */
	double seconds() {
		if (this.measure.isIdle()) {
			return 8;
		}
		if (this.measure.isOpening()) {
			return this.measure.isCold() ? 12 : 6;
		}
		return 1.5 + this.clients / 4000.0;
	}

	Results.Case of(ServerKind kind) {
		return new Results.Case(this.measure, this.window, this.clients, kind);
	}

}
