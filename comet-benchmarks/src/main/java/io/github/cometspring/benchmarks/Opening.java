package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Opens many connections, and counts the CPU time that the server needs for it. A warm
 * server has opened as many of the same kind before that its compilers are done; one in C
 * has opened them once. A cold one has been started for this.
 */
final class Opening implements Taker {

	/** So that compilers are done. */
	static final int OPENED_BEFORE = 60_000;

	private final int openedBefore;

	private final LoadGenerator load;

	private final Options options;

	private final Processes processes;

	private final Set<Results.Case> warm = new HashSet<>();

	/**
	 * Creates an opening.
	 * @param openedBefore how many connections a warm server has opened before
	 */
	Opening(LoadGenerator load, Options options, Processes processes, int openedBefore) {
		this.openedBefore = openedBefore;
		this.load = load;
		this.options = options;
		this.processes = processes;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		if (measured.measure().isCold()) {
			return takeCold(server.kind(), measured);
		}
		if (this.warm.add(measured)) {
			int before = server.kind().isInC() ? measured.clients() : this.openedBefore;
			for (int opened = 0; opened < before; opened += measured.clients()) {
				open(server, measured);
			}
		}
		return open(server, measured);
	}

	private Sample takeCold(ServerKind kind, Results.Case measured) throws IOException, InterruptedException {
		Server fresh = Server.start(kind, this.options, this.processes);
		try {
			fresh.pin(this.processes, this.options.work().resolve("taskset.log"),
					String.valueOf(this.options.serverCpu()));
			return open(fresh, measured);
		}
		finally {
			this.processes.end(fresh.process());
		}
	}

	private Sample open(Server server, Results.Case measured) throws IOException, InterruptedException {
		Measure measure = measured.measure();
		List<String> arguments = new ArrayList<>(List.of("--n", String.valueOf(measured.clients()), "--hold", "0"));
		if (measure.isResumption()) {
			arguments.addAll(Resumption.prepare(server));
		}
		return LoadGenerator
			.result(this.load.run(server, measure.loadMode(), server.kind().target(measure), arguments));
	}

}
