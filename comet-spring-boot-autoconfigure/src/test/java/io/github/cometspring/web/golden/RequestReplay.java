package io.github.cometspring.web.golden;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Map;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.web.golden.Transcript.Turn;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Sends a recorded request, byte for byte, with the recorded steps before and during it.
 */
final class RequestReplay {

	/** The recording held polls this long that were not meant to time out. */
	private static final Duration NEVER = Duration.ofSeconds(5);

	private static final Duration SLACK = Duration.ofMillis(20);

	private static final int OK = 200;

	private final GoldenServer server;

	private final Transcript transcript;

	private final Duration timeout;

	private final Facets seen = new Facets();

	RequestReplay(GoldenServer server, Transcript transcript) {
		this.server = server;
		this.transcript = transcript;
		this.timeout = Duration.ofMillis(Math.round(1000 * transcript.timeout()));
	}

	Facets run() {
		this.server.reset(this.timeout);
		this.transcript.channels().forEach(this.server::create);
		this.transcript.before().forEach(this.server::take);
		try (RawConnection client = RawConnection.open(this.server.port())) {
			long start = System.nanoTime();
			send(client);
			boolean held = isHeld(client);
			this.seen.with("answer", held ? "after waiting" : "at once");
			listeners("listeners of ");
			this.transcript.during().forEach(this.server::take);
			answer(client, held, start);
		}
		Await.until(() -> this.server.listeners() == 0);
		listeners("later listeners of ");
		Turn.tags(this.transcript.during())
			.forEach((tag) -> this.seen.with("outcome " + tag, this.server.outcome(tag)));
		return this.seen;
	}

	private void send(RawConnection client) {
		byte[] body = this.transcript.requestBody();
		StringBuilder head = new StringBuilder(this.transcript.method()).append(' ')
			.append(this.transcript.path())
			.append(' ')
			.append(this.transcript.protocol())
			.append("\r\nHost: localhost\r\n");
		if (this.transcript.contentType() != null) {
			head.append("Content-Type: ").append(this.transcript.contentType()).append("\r\n");
		}
		this.transcript.requestHeaders().forEach((header) -> head.append(header).append("\r\n"));
		if (!this.transcript.hasNoBody()) {
			head.append("Content-Length: ").append(body.length).append("\r\n");
		}
		client.send(head + "\r\n").send(body);
	}

	/**
	 * Whether a poll has joined its channels and is not answered after all tasks have
	 * run.
	 */
	private boolean isHeld(RawConnection client) {
		Await.until(() -> client.hasAnswer() || this.server.listeners() > 0);
		this.server.barrier();
		return !client.hasAnswer();
	}

	private void listeners(String facet) {
		for (Map.Entry<String, ?> entry : this.transcript.recorded().values().entrySet()) {
			if (entry.getKey().startsWith(facet)) {
				this.seen.with(entry.getKey(), 0);
			}
		}
		for (String channel : this.transcript.channels()) {
			this.seen.values()
				.computeIfPresent(facet + Facets.channel(channel),
						(key, value) -> String.valueOf(this.server.listeners(channel)));
		}
	}

	private void answer(RawConnection client, boolean held, long start) {
		if (!client.hasAnswer() && this.timeout.compareTo(NEVER) > 0) {
			this.seen.with("status", "none: it goes on waiting");
			return;
		}
		boolean answered = !held || client.hasAnswer();
		Answer answer = this.transcript.method().equals("HEAD") ? client.readWithoutBody() : client.read();
		if (!answered) {
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(this.timeout.minus(SLACK),
					this.timeout.plusSeconds(2));
		}
		this.seen.with("status", answer.status())
			.with("media type", Transcript.mediaType(answer.header("Content-Type")))
			.with("body", isText(answer) ? Facets.visible(answer.bytes()) : "of the application")
			.with("connection", isClosed(client) ? "closed" : "kept");
	}

	private static boolean isText(Answer answer) {
		return Transcript.mediaType(answer.header("Content-Type")).equals("text/plain");
	}

	private boolean isClosed(RawConnection client) {
		if (this.transcript.protocol().equals("HTTP/1.0")) {
			return client.isClosedByServer();
		}
		try {
			return client.request("GET", "/actuator/comet", null, "").read().status() != OK;
		}
		catch (UncheckedIOException ex) {
			return true;
		}
	}

}
