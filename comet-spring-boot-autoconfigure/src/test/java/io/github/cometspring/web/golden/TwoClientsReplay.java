package io.github.cometspring.web.golden;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.web.golden.Transcript.Step;
import io.github.cometspring.web.golden.Transcript.Turn;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Two clients wait for one channel, and a message comes.
 *
 * @param server the server
 * @param transcript the recording
 */
record TwoClientsReplay(GoldenServer server, Transcript transcript) implements SequenceReplay {

	private static final int OK = 200;

	private static final List<String> CLIENTS = List.of("first", "second");

	@Override
	public Facets recorded() {
		Facets facets = new Facets();
		for (String client : CLIENTS) {
			JsonNode answer = this.transcript.json().get(client);
			boolean closed = this.transcript.json().get(client + "_conn_closed").asBoolean();
			describe(facets, client, answer.get("status").asInt(), answer.get("content_type").asString(),
					answer.get("body").asString(), closed);
		}
		if (this.transcript.has("listeners")) {
			facets.with("listeners", this.transcript.text("listeners"));
		}
		if (tag() != null) {
			facets.with("outcome", this.transcript.text("outcomes").split("=")[1]);
		}
		return facets;
	}

	private @Nullable String tag() {
		return this.transcript.has("outcomes") ? "t" : null;
	}

	@Override
	public Facets run() {
		this.server.reset(Duration.ofSeconds(10));
		this.server.create("a");
		Facets facets = new Facets();
		try (RawConnection first = RawConnection.open(this.server.port());
				RawConnection second = RawConnection.open(this.server.port())) {
			first.poll("registration=a");
			second.poll("registration=a");
			Await.until(() -> this.server.listeners() == 2);
			facets.with("listeners", this.server.listeners());
			this.server.take(new Turn(List.of(new Step.Write("a", "m", tag()))));
			describe(facets, "first", first);
			describe(facets, "second", second);
		}
		if (tag() != null) {
			facets.with("outcome", this.server.outcome("t"));
		}
		return facets;
	}

	private static void describe(Facets facets, String client, RawConnection connection) {
		Answer answer = connection.read();
		boolean closed = connection.request("GET", "/actuator/comet", null, "").read().status() != OK;
		describe(facets, client, answer.status(), answer.header("Content-Type"), answer.body(), closed);
	}

	private static void describe(Facets facets, String client, int status, @Nullable String contentType, String body,
			boolean closed) {
		facets.with(client + " status", status)
			.with(client + " media type", Transcript.mediaType(contentType))
			.with(client + " body", body)
			.with(client + " connection", closed ? "closed" : "kept");
	}

}
