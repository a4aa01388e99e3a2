package io.github.cometspring.benchmarks;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/**
 * Runs the micro-benchmarks, and writes a table.
 */
final class MicroBenchmarks {

	private MicroBenchmarks() {
	}

	/**
	 * Runs them.
	 * @param args the folder of the results, a regular expression of the benchmarks, and
	 * {@code quick} for a quick run
	 */
	public static void main(String[] args) throws Exception {
		Path out = Files.createDirectories(Path.of(args[0]));
		boolean quick = List.of(args).contains("quick");
		Collection<RunResult> results = run(out, args[1], quick);
		String table = table(results);
		Files.writeString(out.resolve("jmh.md"), table);
		System.out.println(table);
	}

	private static Collection<RunResult> run(Path out, String include, boolean quick) throws RunnerException {
		return new Runner(new OptionsBuilder().include(include)
			.forks(quick ? 1 : 3)
			.warmupIterations(quick ? 2 : 5)
			.warmupTime(TimeValue.milliseconds(quick ? 500 : 1000))
			.measurementIterations(quick ? 3 : 5)
			.measurementTime(TimeValue.milliseconds(quick ? 500 : 1000))
			.shouldFailOnError(true)
			.resultFormat(ResultFormatType.JSON)
			.result(out.resolve("jmh.json").toString())
			.build()).run();
	}

	private static String table(Collection<RunResult> results) {
		List<String> lines = new ArrayList<>(Machine.describe().stream().map((line) -> "- " + line).toList());
		lines.add("");
		lines.add("| benchmark | with | result | ± (99.9 %) | unit |");
		lines.add("| --- | --- | ---: | ---: | --- |");
		for (RunResult run : results) {
			BenchmarkParams params = run.getParams();
			String with = params.getParamsKeys()
				.stream()
				.map((key) -> key + "=" + params.getParam(key))
				.collect(Collectors.joining(", "));
			String name = params.getBenchmark().replaceFirst(".*\\.(\\w+\\.\\w+)$", "$1");
			// Benchmarks that count deliveries are reported by delivery
			Result<?> counted = run.getSecondaryResults().get("deliveries");
			Result<?> result = (counted != null) ? counted : run.getPrimaryResult();
			lines.add("| %s | %s | %s | %s | %s |".formatted(name, with, number(result.getScore()),
					number(result.getScoreError()),
					result.getScoreUnit() + ((counted != null) ? " (deliveries)" : "")));
		}
		return String.join("\n", lines) + "\n";
	}

	private static String number(double value) {
		return String.format(Locale.ROOT, (value < 100) ? "%.2f" : "%,.0f", value);
	}

}
