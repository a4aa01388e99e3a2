package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Loads a server with many clients, on one channel or a channel each.
 */
final class FanOut implements Taker {

	private final LoadGenerator load;

	private final int deliveries;

	FanOut(LoadGenerator load, int deliveries) {
		this.load = load;
		this.deliveries = deliveries;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		Measure measure = measured.measure();
		List<String> arguments = new ArrayList<>(List.of("--n", String.valueOf(measured.clients()), "--limit", "30"));
		if (measure == Measure.PAIRS) {
			if (server.kind().isComet()) {
				server.post("/bench/channels/" + measured.clients());
			}
			arguments.addAll(List.of("--k", String.valueOf(this.deliveries), "--warm",
					String.valueOf(this.deliveries / 20), "--pubs", "16", "--window", "16"));
		}
		else {
			int messages = Math.max(8, this.deliveries / measured.clients());
			arguments.addAll(List.of("--k", String.valueOf(messages), "--warm",
					String.valueOf(Math.max(3, messages / 20)), "--window", String.valueOf(measured.window())));
		}
		arguments.addAll(allowances(server.kind(), measured));
		return LoadGenerator
			.result(this.load.run(server, measure.loadMode(), server.kind().target(measure), arguments));
	}

	/**
	 * A server that loses messages between two polls gets time for the polls to arrive,
	 * and a shorter wait for messages that it has lost nevertheless.
	 */
	private static List<String> allowances(ServerKind kind, Results.Case measured) {
		if (kind != ServerKind.WEBFLUX || measured.measure().isWindowed()) {
			return List.of();
		}
		String settle = (measured.measure() == Measure.PAIRS) ? "0" : String.valueOf(2000 + 4 * measured.clients());
		return List.of("--stall", "0.3", "--settle-us", settle);
	}

}
