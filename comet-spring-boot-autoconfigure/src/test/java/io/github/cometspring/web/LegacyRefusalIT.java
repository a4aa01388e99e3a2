package io.github.cometspring.web;

import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Refused requests in the legacy dialect (protocol, section 2).
 */
class LegacyRefusalIT {

	private static final String[] HEADERS = { "Content-Type", "Cache-Control", "X-Content-Type-Options",
			"Content-Length" };

	private static final String POLL = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.RefusalLog");

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.max-connections=3", "comet.max-request-size=1000B",
				"comet.max-channels-per-request=5", "comet.max-virtual-channels=1");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void reset() {
		server.control().activate().block();
		server.channels().list().flatMap(Channel::close).blockLast();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "registration=", "registration", "=a", "x=a", "Registration=a",
			"registration=%0A%0D%0A", "registration%3Da", "&&&" })
	void pollWhenNoIdIsNamedShouldAnswer400(String body) {
		Answer answer = server.poll(body);
		assertRefused(answer, 400);
		assertThat(answer.headerNames()).containsExactlyInAnyOrder(HEADERS);
		assertThat(answer.body()).isEqualTo("Empty or incorrect registration");
	}

	@Test
	void pollWhenBodyIsMissingShouldAnswer400() {
		try (RawConnection client = RawConnection.open(server.port())) {
			assertThat(client.send(POLL + "\r\n").read().status()).isEqualTo(400);
		}
	}

	@Test
	void pollWhenTooManyIdsShouldAnswer400WithLimit() {
		Answer answer = server.poll("registration=" + ids(6));
		assertRefused(answer, 400);
		assertThat(answer.headerNames()).contains(HEADERS);
		assertThat(answer.header("Comet-Max-Channels")).isEqualTo("5");
		assertThat(answer.body()).contains("5");
	}

	@Test
	void pollWhenIdsAreManyButTheSameShouldBeAnswered() {
		assertThat(server.poll("registration=" + ids(5) + "%0A" + ids(5)).status()).isEqualTo(200);
	}

	private static String ids(int count) {
		return IntStream.range(0, count).mapToObj((number) -> "x" + number).collect(Collectors.joining("%0A"));
	}

	@Test
	void pollWhenBodyIsOfLargestSizeShouldBeAnswered() {
		String body = "registration=" + "x".repeat(1000 - "registration=".length());
		assertThat(server.poll(body).status()).isEqualTo(200);
		try (RawConnection client = RawConnection.open(server.port())) {
			assertThat(client.send(POLL + "Transfer-Encoding: chunked\r\n\r\n3e8\r\n" + body + "\r\n0\r\n\r\n")
				.read()
				.status()).isEqualTo(200);
		}
	}

	@Test
	void pollWhenBodyIsTooLargeShouldAnswer413() {
		Answer answer = server.poll("registration=" + "x".repeat(1001 - "registration=".length()));
		assertRefused(answer, 413);
		assertThat(answer.body()).contains("1000 bytes");
	}

	@Test
	void pollWhenContentLengthIsTooLargeShouldAnswer413BeforeTheBody() {
		try (RawConnection client = RawConnection.open(server.port())) {
			assertRefused(client.send(POLL + "Content-Length: 1000000000\r\n\r\n").read(), 413);
		}
	}

	@Test
	void pollWhenChunkedBodyIsTooLargeShouldAnswer413BeforeItsEnd() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.send(POLL + "Transfer-Encoding: chunked\r\n\r\n3e9\r\n" + "x".repeat(1001) + "\r\n");
			assertRefused(client.read(), 413);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND" })
	void requestWhenNotPostShouldAnswer405(String method) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request(method, "/comet", "application/x-ocsigen-comet", "registration=x");
			Answer answer = client.read();
			assertRefused(answer, 405);
			assertThat(answer.header("Allow")).isEqualTo("POST");
		}
	}

	@Test
	void requestWhenHeadShouldAnswer405WithoutBody() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("HEAD", "/comet", null, "");
			Answer answer = client.readWithoutBody();
			assertRefused(answer, 405);
			assertThat(answer.header("Allow")).isEqualTo("GET, POST");
			// No body follows that would be read as the next answer.
			assertThat(client.poll("registration=x").read().body()).isEqualTo("x:ENDED_CHANNEL");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "text/plain", "application/jsonx", "application/x-www-form-urlencoded", "*/*", "x", "",
			"application/x-ocsigen-cometx", "text/plain; application/x-ocsigen-comet",
			"text/plain; application=x-ocsigen-comet", "text/plain, application/x-ocsigen-comet" })
	void requestWhenMediaTypeIsNotSpokenShouldAnswer415(String contentType) {
		try (RawConnection client = RawConnection.open(server.port())) {
			Answer answer = client.request("POST", "/comet", contentType, "registration=x").read();
			assertRefused(answer, 415);
			assertThat(answer.body()).contains("application/x-ocsigen-comet");
		}
	}

	@Test
	void requestWhenMediaTypeIsMissingShouldAnswer415() {
		try (RawConnection client = RawConnection.open(server.port())) {
			assertRefused(client.request("POST", "/comet", null, "registration=x").read(), 415);
		}
	}

	@Test
	void requestWhenTwoMediaTypesAreSentShouldAnswer415() {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", "application/x-ocsigen-comet", "registration=x",
					"Content-Type: application/x-ocsigen-comet");
			assertRefused(client.read(), 415);
		}
	}

	@Test
	void pollWhenDeactivatedShouldAnswer503BeforeTheBodyIsRead() {
		server.command("/deactivate");
		try (RawConnection client = RawConnection.open(server.port())) {
			assertUnavailable(client.send(POLL + "Content-Length: 14\r\n\r\n").read());
		}
		server.command("/activate");
		assertThat(server.poll("registration=x").status()).isEqualTo(200);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "registration=%zz", "registration=a" })
	void pollWhenDeactivatedShouldAnswer503ForAnyBody(String body) {
		server.create("a");
		server.command("/deactivate");
		assertUnavailable(server.poll(body));
	}

	@Test
	void requestWhenDeactivatedAndNotPostShouldAnswer405() {
		server.command("/deactivate");
		try (RawConnection client = RawConnection.open(server.port())) {
			assertRefused(client.request("GET", "/comet", "application/x-ocsigen-comet", "").read(), 405);
		}
	}

	@OneNodeOnly("comet.max-connections limits each node by itself")
	@Test
	void pollWhenAllConnectionsAreInUseShouldAnswer503() {
		Channel channel = server.create("a");
		try (RawConnection first = RawConnection.open(server.port());
				RawConnection second = RawConnection.open(server.port());
				RawConnection third = RawConnection.open(server.port())) {
			first.poll("registration=a");
			second.poll("registration=a");
			third.poll("registration=a");
			Await.until(() -> channel.subscribers() == 3);
			assertUnavailable(server.poll("registration=a"));
			try (RawConnection fourth = RawConnection.open(server.port())) {
				assertUnavailable(fourth.send(POLL + "Content-Length: 14\r\n\r\n").read());
			}
			channel.publish("m").block();
			assertThat(third.read().status()).isEqualTo(200);
		}
		Await.within(Duration.ofSeconds(1), () -> server.poll("registration=x").status() == 200);
	}

	@Test
	void pollWhenChannelLimitIsReachedShouldStillBeHeld() {
		Channel channel = server.create("a");
		assertThatExceptionOfType(TooManyChannelsException.class).isThrownBy(() -> server.create("b"));
		try (RawConnection first = RawConnection.open(server.port());
				RawConnection second = RawConnection.open(server.port())) {
			first.poll("registration=a");
			second.poll("registration=a");
			Await.until(() -> channel.subscribers() == 2);
		}
	}

	@Test
	void pollWhenRefusedShouldFreeItsConnection() {
		for (int i = 0; i < 10; i++) {
			assertThat(server.poll("").status()).isEqualTo(400);
			assertThat(server.poll("registration=a", "Comet-Cursor: x").status()).isEqualTo(400);
			assertThat(server.poll("registration=" + ids(6)).status()).isEqualTo(400);
			assertThat(server.poll("x".repeat(1001)).status()).isEqualTo(413);
			try (RawConnection client = RawConnection.open(server.port())) {
				client.send(POLL + "Content-Length: 14\r\n\r\nregis");
			}
		}
		Await.within(Duration.ofSeconds(1), () -> server.poll("registration=x").status() == 200);
	}

	private static void assertUnavailable(Answer answer) {
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.headerNames()).contains(HEADERS).doesNotContain("Comet-Cursor", "Comet-Gap");
		assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
		assertThat(answer.header("Retry-After")).matches("\\d+");
		assertThat(answer.body()).isEmpty();
	}

	private static void assertRefused(Answer answer, int status) {
		assertThat(answer.status()).isEqualTo(status);
		assertThat(answer.headerNames()).contains(HEADERS).doesNotContain("Comet-Cursor", "Comet-Gap", "Retry-After");
		assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
	}

}
