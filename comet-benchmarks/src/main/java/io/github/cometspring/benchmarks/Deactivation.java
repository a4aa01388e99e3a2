package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * Holds polls, deactivates Comet, and waits for the last 503.
 */
final class Deactivation implements Taker {

	private final LoadGenerator load;

	Deactivation(LoadGenerator load) {
		this.load = load;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		try {
			return LoadGenerator.result(this.load.run(server, measured.measure().loadMode(), "comet-deactivate.target",
					List.of("--n", String.valueOf(measured.clients()), "--stall", "10")));
		}
		finally {
			server.post("/actuator/comet/activate");
		}
	}

}
