package io.github.cometspring.web.golden;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.web.golden.Transcript.Step;
import io.github.cometspring.web.golden.Transcript.Turn;

/**
 * A client disconnects while it waits, by one of several means. Then a message comes.
 *
 * @param server the server
 * @param transcript the recording
 */
record DisconnectReplay(GoldenServer server, Transcript transcript) implements SequenceReplay {

	private static final Duration SOON = Duration.ofSeconds(1);

	@Override
	public Facets recorded() {
		Facets facets = new Facets();
		copy(facets, "listeners before", "listeners_before", "listeners_0_1s");
		copy(facets, "listeners after", "listeners_after_disconnect", "listeners_after_reset", "listeners_0_3s");
		copy(facets, "listeners in the end", "listeners_after_write", "listeners_after_timeout");
		if (this.transcript.has("outcomes")) {
			String[] outcome = this.transcript.text("outcomes").split("=");
			facets.with("outcome", (outcome.length > 1) ? outcome[1] : "none");
		}
		return facets;
	}

	private void copy(Facets facets, String facet, String... fields) {
		for (String field : fields) {
			if (this.transcript.has(field)) {
				facets.with(facet, this.transcript.text(field));
			}
		}
	}

	@Override
	public Facets run() {
		this.server.reset(Duration.ofSeconds(10));
		this.server.create("a");
		Facets facets = new Facets();
		try (RawConnection client = RawConnection.open(this.server.port())) {
			client.poll("registration=a");
			Await.until(() -> this.server.listeners() == 1);
			facets.with("listeners before", this.server.listeners());
			disconnect(client);
			// The recording waited at most half a second, and the original for the
			// timeout.
			Await.within(SOON, () -> this.server.listeners() == 0);
			facets.with("listeners after", this.server.listeners());
			this.server.take(new Turn(List.of(new Step.Write("a", "m", "t"))));
			facets.with("outcome", this.server.outcome("t"));
			facets.with("listeners in the end", this.server.listeners());
		}
		return facets;
	}

	private void disconnect(RawConnection client) {
		if (this.transcript.name().contains("HALF")) {
			client.closeOutput();
		}
		else if (this.transcript.name().contains("RST")) {
			client.reset();
		}
		else {
			client.close();
		}
	}

}
