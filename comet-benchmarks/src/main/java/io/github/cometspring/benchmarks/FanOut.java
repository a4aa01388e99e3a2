package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * Loads one server with many clients.
 */
final class FanOut {

	// A server that loses messages is not waited for so long
	private static final String STALL_BY_HAND = "0.5";

	private static final String STALL = "3";

	private final LoadGenerator load;

	FanOut(LoadGenerator load) {
		this.load = load;
	}

	Sample take(Server server, Results.Case measured, int deliveries) throws IOException, InterruptedException {
		Measure measure = measured.measure();
		int messages = Math.max(10, deliveries / measured.clients());
		String stall = (server.kind() == ServerKind.WEBFLUX) ? STALL_BY_HAND : STALL;
		return LoadGenerator.result(this.load.run(server, measure.loadMode(), server.kind().target(measure),
				List.of("--n", String.valueOf(measured.clients()), "--k", String.valueOf(messages), "--warm",
						String.valueOf(Math.max(5, messages / 20)), "--window", String.valueOf(measured.window()),
						"--stall", stall, "--limit", "30")));
	}

}
