package io.github.cometspring.web.golden;

import java.time.Duration;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import tools.jackson.databind.JsonNode;

/**
 * A client asks for a channel whose id the server generated, encoded as a script does.
 *
 * @param server the server
 * @param transcript the recording
 */
record GeneratedIdReplay(GoldenServer server, Transcript transcript) implements SequenceReplay {

	private static final Duration TIMEOUT = Duration.ofMillis(500);

	@Override
	public Facets recorded() {
		JsonNode response = this.transcript.json().get("response");
		String id = this.transcript.text("id");
		return describe(response.get("status").asInt(), response.get("content_type").asString(),
				response.get("body").asString().replace(id, "<id>").replace(id.replace('+', ' '), "<other id>"));
	}

	@Override
	public Facets run() {
		this.server.reset(TIMEOUT);
		Channel channel = Objects.requireNonNull(this.server.application().channels().create().block());
		boolean encoded = this.transcript.name().endsWith("encoded");
		String sent = encoded ? channel.id().replace("+", "%2B") : channel.id();
		try (RawConnection client = RawConnection.open(this.server.port())) {
			Answer answer = client.poll("registration=" + sent).read();
			return describe(answer.status(), String.valueOf(answer.header("Content-Type")),
					answer.body().replace(channel.id(), "<id>"));
		}
	}

	private static Facets describe(int status, String contentType, String body) {
		return new Facets().with("status", status)
			.with("media type", Transcript.mediaType(contentType))
			.with("body", body);
	}

}
