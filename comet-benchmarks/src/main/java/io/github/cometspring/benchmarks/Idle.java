package io.github.cometspring.benchmarks;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds connections that receive nothing, and requests the server's memory use before and
 * meanwhile.
 */
final class Idle implements Taker {

	private static final String COLLECT = "exec 3<>/dev/tcp/127.0.0.1/%d; "
			+ "printf \"POST /bench/memory HTTP/1.1\\r\\nHost: 127.0.0.1\\r\\nConnection: close\\r\\n"
			+ "Content-Length: 0\\r\\n\\r\\n\" >&3; timeout 30 grep -am1 MEMORY <&3";

	private final LoadGenerator load;

	private final Options options;

	private final Processes processes;

	Idle(LoadGenerator load, Options options, Processes processes) {
		this.load = load;
		this.options = options;
		this.processes = processes;
	}

	@Override
	public Sample take(Server server, Results.Case measured) throws IOException, InterruptedException {
		if (!server.kind().isJvm()) {
			return takeResident(server.kind(), measured);
		}
		return (server.kind() == ServerKind.COMETD) ? takeFresh(server.kind(), measured)
				: takeManaged(server, measured);
	}

	/**
	 * Starts a new server: this one keeps clients that have disconnected, and would
	 * collect garbage while others are measured.
	 */
	private Sample takeFresh(ServerKind kind, Results.Case measured) throws IOException, InterruptedException {
		Server fresh = Server.start(kind, this.options, this.processes);
		try {
			return takeManaged(fresh, measured);
		}
		finally {
			this.processes.end(fresh.process());
		}
	}

	private Sample takeManaged(Server server, Results.Case measured) throws IOException, InterruptedException {
		// Objects that are created once do not count for the connections
		hold(server, measured, 50);
		String written = hold(server, measured, measured.clients());
		List<Sample> memory = written.lines().filter((line) -> line.startsWith("MEMORY")).map(Sample::parse).toList();
		Sample result = LoadGenerator.result(written);
		Map<String, Double> figures = new LinkedHashMap<>(result.figures());
		if (memory.size() != 2) {
			throw new IOException("Unknown memory use: " + written);
		}
		double heap = perConnection(memory, "heap", measured.clients());
		double direct = perConnection(memory, "direct", measured.clients());
		figures.put("heap_per_conn", heap);
		figures.put("direct_per_conn", direct);
		figures.put("memory_per_conn", heap + direct);
		return new Sample(figures);
	}

	/**
	 * Only the operating system knows the memory of this server, and only if the process
	 * has not used it before.
	 */
	private Sample takeResident(ServerKind kind, Results.Case measured) throws IOException, InterruptedException {
		Server fresh = Server.start(kind, this.options, this.processes);
		try {
			Sample result = LoadGenerator.result(hold(fresh, measured, measured.clients()));
			Map<String, Double> figures = new LinkedHashMap<>(result.figures());
			figures.put("memory_per_conn", result.get("bytes_per_conn"));
			return new Sample(figures);
		}
		finally {
			this.processes.end(fresh.process());
		}
	}

	private String hold(Server server, Results.Case measured, int clients) throws IOException, InterruptedException {
		Measure measure = measured.measure();
		String hook = server.kind().isJvm() ? "bash -c '" + COLLECT.formatted(server.port()) + "'" : "true";
		return this.load.run(server, measure.loadMode(), server.kind().target(measure),
				List.of("--n", String.valueOf(clients), "--hold", "2", "--hook", hook));
	}

	private static double perConnection(List<Sample> memory, String figure, int clients) {
		return (memory.get(1).get(figure) - memory.get(0).get(figure)) / clients;
	}

}
