package io.github.cometspring.web.golden;

import java.time.Duration;

import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lines that were written into the original's command pipe one after the other, whether
 * it accepted each, and whether it was active afterwards.
 *
 * @param server the server
 * @param transcript the recording
 */
record CommandPipeReplay(GoldenServer server, Transcript transcript) implements SequenceReplay {

	private static final int OK = 200;

	@Override
	public Facets recorded() {
		Facets facets = new Facets();
		for (JsonNode result : this.transcript.json().get("results")) {
			boolean known = !result.get(1).toString().contains("Unknown command");
			add(facets, result.get(0).asString(), known, result.get(2).asString().equals("true"));
		}
		return facets;
	}

	@Override
	public Facets run() {
		this.server.reset(Duration.ofSeconds(10));
		Facets facets = new Facets();
		for (JsonNode result : this.transcript.json().get("results")) {
			CommandLine command = new CommandLine(result.get(0).asString());
			boolean known = post(command).status() == OK;
			assertThat(command.parse() != null).as(command.line()).isEqualTo(known);
			add(facets, command.line(), known, this.server.application().control().isActive());
		}
		return facets;
	}

	private Answer post(CommandLine command) {
		try (RawConnection operator = RawConnection.open(this.server.port())) {
			return operator.request("POST", "/actuator" + command.path(), null, "").read();
		}
	}

	private static void add(Facets facets, String line, boolean known, boolean active) {
		// A line may come several times
		int number = facets.values().size() + 1;
		facets.with("line " + number + " (" + line + ")", (known ? "known" : "unknown") + (active ? "" : ", inactive"));
	}

}
