package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Loads one channel at full rate, and meanwhile measures a client of another channel and
 * the actuator.
 */
final class Fairness implements Taker {

	private static final int PER_SECOND = 20;

	private final LoadGenerator load;

	private final int seconds;

	Fairness(LoadGenerator load, int seconds) {
		this.load = load;
		this.seconds = seconds;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		Measure measure = measured.measure();
		List<String> crowd = List.of("--n", String.valueOf(measured.clients()), "--k", "100000", "--warm", "5",
				"--window", measure == Measure.FAIR_LONGPOLL ? "1" : "4", "--limit", String.valueOf(this.seconds + 4));
		Map<String, Double> figures = new LinkedHashMap<>();
		try (LoadGenerator.Background background = this.load.start(server, measure.loadMode(),
				server.kind().target(measure), crowd)) {
			background.awaitConnections(server, measured.clients());
			// The next collections copy new connections once or twice, unlike old ones
			server.post("/bench/memory");
			try (ActuatorProbe actuator = new ActuatorProbe(server.port())) {
				Sample other = LoadGenerator.result(this.load.run(server, "longpoll-fanout", "comet-other.target",
						List.of("--n", "1", "--rate", String.valueOf(PER_SECOND), "--k",
								String.valueOf(PER_SECOND * this.seconds), "--limit",
								String.valueOf(this.seconds * 2))));
				figures.put("other_p50_us", other.get("p50_us"));
				figures.put("other_p99_us", other.get("p99_us"));
				figures.put("other_max_us", other.get("max_us"));
				figures.put("actuator_p50_us", actuator.percentile(0.5));
				figures.put("actuator_p99_us", actuator.percentile(0.99));
				figures.put("lost", other.get("lost"));
			}
			figures.put("per_s", LoadGenerator.result(background.await()).get("per_s"));
		}
		return new Sample(figures);
	}

}
