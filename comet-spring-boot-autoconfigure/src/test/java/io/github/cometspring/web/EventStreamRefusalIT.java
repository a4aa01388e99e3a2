package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.Secret;
import io.github.cometspring.testing.ServedClass;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Server-sent events over real sockets (protocol, section 4): refused requests.
 */
class EventStreamRefusalIT {

	@RegisterExtension
	static final ServedClass comet = new ServedClass(new Class<?>[] { Secret.class }, "comet.max-connections=8",
			"comet.max-channels-per-request=5", "comet.allowed-origins=https://friend.example")
		.exempting("io.github.cometspring.subscription.RefusalLog");

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void streamWhenAcceptDoesNotExcludeEventsShouldBeServed() {
		try (RawConnection client = RawConnection.open(comet.port())) {
			client.send("GET /comet?channel=unknown HTTP/1.1\r\nHost: localhost\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(204);
			client
				.send("GET /comet?channel=unknown HTTP/1.1\r\nHost: localhost\r\nAccept: text/html, */*;q=0.1\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(204);
			client.send("GET /comet?channel=unknown HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(406);
			client.send("GET /comet?channel=unknown HTTP/1.1\r\nHost: localhost\r\nAccept: nonsense;;\r\n\r\n");
			assertThat(client.read().status()).isEqualTo(406);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "channel", "channel=", "x=y", "channel=a&cursor=%21", "channel=a&lastEventId=%21",
			"channel=a&lastEventId=latest&lastEventId=latest", "channel=a&from=earliest", "channel=a&from=:a",
			"channel=a&cursor=AQ==", "channel=a&cursor=latest&cursor=latest", "channel=%ZZ&cursor=x",
			"channel=1&channel=2&channel=3&channel=4&channel=5&channel=6" })
	void streamWhenRequestIsWrongShouldExplainWithProblem(String query) {
		Answer answer = RawEventStream.ask(comet.port(), query);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isIn("application/problem+json", null);
	}

	@Test
	void streamWhenLastEventIdIsNoCursorShouldAnswer400() {
		assertThat(RawEventStream.ask(comet.port(), "channel=" + comet.name(), "Last-Event-ID: 42").status())
			.isEqualTo(400);
	}

	@Test
	void streamWhenNotAuthorizedForAnyShouldAnswer403() {
		Answer answer = RawEventStream.ask(comet.port(), "channel=secret");
		assertThat(answer.status()).isEqualTo(403);
		assertThat(answer.body()).contains("\"refused\":[\"secret\"],\"why\":\"forbidden\"");
	}

	@Test
	void streamWhenDeactivatedShouldAnswer503() {
		comet.server().control().deactivate().block(PATIENCE);
		try {
			Answer answer = RawEventStream.ask(comet.port(), "channel=" + comet.name());
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isNotNull();
		}
		finally {
			comet.server().control().activate().block(PATIENCE);
		}
	}

	@OneNodeOnly("comet.max-connections limits each node by itself")
	@Test
	void streamWhenTooManyConnectionsShouldAnswer503() {
		for (int i = 0; i < 8; i++) {
			stream("channel=" + comet.name());
		}
		Answer answer = RawEventStream.ask(comet.port(), "channel=" + comet.name());
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Retry-After")).isNotNull();
	}

	@Test
	void streamWhenOriginIsForeignShouldBeReadableByAllowedOriginsOnly() {
		assertThat(RawEventStream.ask(comet.port(), "channel=unknown", "Origin: https://friend.example")
			.header("Access-Control-Allow-Origin")).isEqualTo("https://friend.example");
		assertThat(RawEventStream.ask(comet.port(), "channel=unknown", "Origin: https://stranger.example").status())
			.isEqualTo(403);
	}

	private static RawEventStream stream(String query, String... headers) {
		return comet.open(RawEventStream.open(comet.port(), query, headers));
	}

}
