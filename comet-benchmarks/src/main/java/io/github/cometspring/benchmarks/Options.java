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
 * @param measures the measures to take
 * @param servers which servers to measure
 * @param clients the numbers of clients
 * @param slowClients the largest of these numbers for servers that take very long
 * @param windows how many messages are in flight on streams
 * @param rounds how often each measure is taken
 * @param seconds how long fairness is measured
 * @param deliveries how many deliveries make a measure
 * @param warmUp how many deliveries come before, for each server and dialect
 * @param many the number of clients where there is only one number
 * @param serverCpu the core of the servers
 * @param loadCpu the core of the load
 * @param heap the heap of each server
 * @param jvmArguments more arguments for the JVM of each server
 * @param out the folder of the results
 */
record Options(Set<Measure> measures, List<ServerKind> servers, List<Integer> clients, int slowClients,
		List<Integer> windows, int rounds, int seconds, int deliveries, int warmUp, int many, int serverCpu,
		int loadCpu, String heap, List<String> jvmArguments, Path out) {

	static Options parse(String... arguments) {
		List<String> given = new ArrayList<>(List.of(arguments));
		boolean quick = given.remove("--quick");
		Reader reader = new Reader(given);
		Set<Measure> measures = reader.measures("--mode");
		String redis = measures.stream().anyMatch(Measure::isOfRedis) ? ",comet-redis" : "";
		String allServers = quick ? "comet,webflux,netty,nchan"
				: "comet,comet-chain,comet-security,webflux,netty,cometd,nchan";
		int rounds = reader.number("--rounds", quick ? 3 : 5);
		Options options = new Options(measures, reader.servers("--servers", allServers + redis),
				reader.numbers("--n", quick ? "100,1000" : "100,1000,5000,10000"), reader.number("--slow-n", 1000),
				reader.numbers("--window", quick ? "1" : "1,4"), rounds, quick ? 3 : 10,
				reader.number("--deliveries", quick ? 20_000 : 40_000),
				reader.number("--warm-up", quick ? 40_000 : 500_000), reader.number("--many", quick ? 2_000 : 10_000),
				reader.number("--server-cpu", 0), reader.number("--load-cpu", 1), reader.text("--heap", "2g"),
				reader.all("--jvm-arg"), Path.of(reader.text("--out", "target/results")).toAbsolutePath());
		if (!given.isEmpty()) {
			throw new IllegalArgumentException("Unknown options: " + given);
		}
		return options;
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

		Set<Measure> measures(String name) {
			Set<Measure> measures = EnumSet.noneOf(Measure.class);
			for (String each : text(name, "all").split(",")) {
				List<Measure> meant = Arrays.stream(Measure.values()).filter((one) -> one.isMeantBy(each)).toList();
				if (meant.isEmpty()) {
					throw new IllegalArgumentException("Unknown mode: " + each);
				}
				measures.addAll(meant);
			}
			return measures;
		}

	}

}
