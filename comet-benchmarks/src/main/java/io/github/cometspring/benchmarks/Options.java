package io.github.cometspring.benchmarks;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The options of a run.
 *
 * @param figures whether each server is measured only in what the document on performance
 * has of it
 * @param measures the measures to take
 * @param servers which servers to measure
 * @param clients the numbers of clients
 * @param slowClients the largest of these numbers for servers that take very long
 * @param windows how many messages are in flight on streams
 * @param rounds how often each measure is taken
 * @param minutes after which the run ends, with fewer rounds if need be, or 0
 * @param seconds how long fairness is measured
 * @param deliveries how many deliveries make a measure
 * @param warmUp how many deliveries come before, for each server and dialect
 * @param many the number of clients where there is only one number
 * @param pairs the number of channels that have a client each
 * @param serverCpu the core of the servers
 * @param loadCpu the core of the load
 * @param heap the heap of each server
 * @param jvmArguments more arguments for the JVM of each server
 * @param out the folder of the results
 */
record Options(boolean figures, Set<Measure> measures, List<ServerKind> servers, List<Integer> clients, int slowClients,
		List<Integer> windows, int rounds, int minutes, int seconds, int deliveries, int warmUp, int many, int pairs,
		int serverCpu, int loadCpu, String heap, List<String> jvmArguments, Path out) {

	static Options parse(String... arguments) {
		List<String> given = new ArrayList<>(List.of(arguments));
		boolean quick = given.remove("--quick");
		Reader reader = new Reader(given);
		String modes = reader.text("--mode", "all");
		boolean figures = modes.equals(Figures.MODE);
		Set<Measure> measures = figures ? Figures.MEASURES : measures(modes);
		String redis = measures.stream().anyMatch(Measure::isOfRedis) ? ",comet-redis" : "";
		String allServers = quick ? "floor,comet,webflux,netty,nchan"
				: "floor,floor-pump,comet,comet-chain,comet-security,webflux,vertx,bun,netty,cometd,nchan";
		String allClients = quick ? "100,1000" : "100,1000,5000,10000";
		int most = reader.number("--many", quick ? 2_000 : 10_000);
		Options options = new Options(figures, measures,
				reader.servers("--servers", figures ? Figures.SERVERS : allServers + redis),
				reader.numbers("--n", (figures && !quick) ? Figures.CLIENTS : allClients),
				reader.number("--slow-n", 1000), reader.numbers("--window", (quick && !figures) ? "1" : "1,4"),
				reader.number("--rounds", quick ? 3 : (figures ? 4 : 5)),
				reader.number("--minutes", figures ? Figures.MINUTES : 0), quick ? 3 : 10,
				reader.number("--deliveries", quick ? 20_000 : 40_000),
				reader.number("--warm-up", quick ? 40_000 : (figures ? Figures.WARM_UP : 500_000)), most,
				reader.number("--pairs", figures ? Math.min(most, Figures.PAIRS) : most),
				reader.number("--server-cpu", 0), reader.number("--load-cpu", 1), reader.text("--heap", "2g"),
				reader.all("--jvm-arg"), Path.of(reader.text("--out", "target/results")).toAbsolutePath());
		if (!given.isEmpty()) {
			throw new IllegalArgumentException("Unknown options: " + given);
		}
		return options;
	}

	private static Set<Measure> measures(String names) {
		Set<Measure> measures = EnumSet.noneOf(Measure.class);
		for (String each : names.split(",")) {
			List<Measure> meant = Arrays.stream(Measure.values()).filter((one) -> one.isMeantBy(each)).toList();
			if (meant.isEmpty()) {
				throw new IllegalArgumentException("Unknown mode: " + each);
			}
			measures.addAll(meant);
		}
		return measures;
	}

	/**
	 * Files that are of no interest after a successful run.
	 */
	Path work() {
		return this.out.resolve("work");
	}

	/**
	 * Removes options from a list of arguments.
	 *
	 * @param given the remaining arguments
	 */
	private record Reader(List<String> given) {

		List<String> all(String name) {
			List<String> values = new ArrayList<>();
			for (int at = this.given.indexOf(name); at >= 0; at = this.given.indexOf(name)) {
				if (at + 1 == this.given.size()) {
					throw new IllegalArgumentException(name + " needs a value");
				}
				values.add(this.given.remove(at + 1));
				this.given.remove(at);
			}
			return values;
		}

		String text(String name, String otherwise) {
			List<String> values = all(name);
			return values.isEmpty() ? otherwise : values.get(values.size() - 1);
		}

		int number(String name, int otherwise) {
			return Integer.parseInt(text(name, String.valueOf(otherwise)));
		}

		List<Integer> numbers(String name, String otherwise) {
			return Arrays.stream(text(name, otherwise).split(",")).map(Integer::valueOf).toList();
		}

		List<ServerKind> servers(String name, String otherwise) {
			return Arrays.stream(text(name, otherwise).split(",")).map(ServerKind::of).toList();
		}

	}

}
