package io.github.cometspring.web.golden;

import java.time.Duration;
import java.util.Locale;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A command and its effect on a poll: the next one, or one that waits.
 *
 * @param server the server
 * @param transcript the recording
 */
record CommandEffectReplay(GoldenServer server, Transcript transcript) implements SequenceReplay {

	/** The initial timeout of the recordings. */
	private static final Duration TIMEOUT = Duration.ofMillis(1200);

	private static final Duration SLACK = Duration.ofMillis(20);

	private static final int OK = 200;

	@Override
	public Facets recorded() {
		JsonNode response = this.transcript.json().get("response");
		boolean known = !this.transcript.json().get("log").toString().contains("Unknown command");
		Facets facets = new Facets().with("command", known ? "known" : "unknown");
		if (response.get("status").isNull()) {
			return facets.with("status", "none: it goes on waiting");
		}
		facets.with("status", response.get("status").asInt()).with("body", response.get("body").asString());
		return (response.get("status").asInt() == OK)
				? facets.with("held for", seconds(Duration.ofMillis(response.get("elapsed_ms").asInt()))) : facets;
	}

	@Override
	public Facets run() {
		this.server.reset(TIMEOUT);
		this.server.create("a");
		boolean waiting = this.transcript.name().startsWith("effect-waiting");
		CommandLine command = new CommandLine(this.transcript.name().split(" ", 2)[1]);
		Facets facets = new Facets();
		try (RawConnection client = RawConnection.open(this.server.port())) {
			if (!waiting) {
				facets.with("command", send(command));
			}
			Duration timeout = this.server.application().control().timeout();
			long start = System.nanoTime();
			client.poll("registration=a");
			Await.until(() -> this.server.listeners() == 1);
			if (waiting) {
				facets.with("command", send(command));
			}
			Answer answer = client.read();
			facets.with("status", answer.status()).with("body", answer.body());
			if (answer.status() == OK) {
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(timeout.minus(SLACK),
						timeout.plusSeconds(2));
				facets.with("held for", seconds(timeout));
			}
			return facets;
		}
	}

	private String send(CommandLine command) {
		try (RawConnection operator = RawConnection.open(this.server.port())) {
			int status = operator.request("POST", "/actuator" + command.path(), null, "").read().status();
			assertThat(command.parse() != null).isEqualTo(status == OK);
			return (status == OK) ? "known" : "unknown";
		}
	}

	private static String seconds(Duration held) {
		return String.format(Locale.ROOT, "%.1f s", held.toMillis() / 1000.0);
	}

}
