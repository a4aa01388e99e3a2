package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.SingleLoop;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The answers to polls in the legacy dialect (protocol, section 2). One class, as a
 * server is started for each, and on each path.
 */
@AlsoOnIoUring
class LegacyPollIT {

	private static final String[] HEADERS = { "Content-Type", "Cache-Control", "X-Content-Type-Options", "Comet-Cursor",
			"Content-Length" };

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { SingleLoop.class });
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void closeChannels() {
		server.channels().list().flatMap(Channel::close).blockLast();
		server.control().setTimeout(Duration.ofSeconds(20), true).block();
	}

	@Test
	void pollWhenPublishedShouldAnswerMessage() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("registration=a", channel)) {
			channel.publish("héllo wörld: 100%\n😀").block();
			Answer answer = client.read();
			assertThat(answer.statusLine()).isEqualTo("HTTP/1.1 200 OK");
			assertThat(answer.headerNames()).containsExactlyInAnyOrder(HEADERS);
			assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
			assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
			assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
			assertThat(answer.header("Comet-Cursor")).matches("[\\w-]{23}");
			assertThat(answer.body()).isEqualTo("a:h%C3%A9llo%20w%C3%B6rld%3A%20100%25%0A%F0%9F%98%80");
		}
	}

	@Test
	void pollWhenTimedOutShouldAnswerEmptyWithCursor() {
		server.create("a");
		server.control().setTimeout(Duration.ofMillis(100)).block();
		Answer answer = server.poll("registration=a");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.headerNames()).containsExactlyInAnyOrder(HEADERS);
		assertThat(answer.header("Content-Length")).isEqualTo("0");
	}

	@Test
	void pollWhenTimeoutIsZeroShouldAnswerAtOnce() {
		server.create("a");
		server.control().setTimeout(Duration.ZERO).block();
		assertThat(server.poll("registration=a").body()).isEmpty();
	}

	@Test
	void pollWhenTimeoutIsChangedMeanwhileShouldKeepItsOwn() {
		Channel channel = server.create("a");
		server.control().setTimeout(Duration.ofMillis(300)).block();
		try (RawConnection client = hold("registration=a", channel)) {
			server.control().setTimeout(Duration.ofMinutes(1)).block();
			assertThat(client.read().status()).isEqualTo(200);
		}
	}

	@Test
	void pollWhenAnotherBeganWithLongerTimeoutShouldNotWaitForIt() {
		Channel channel = server.create("a");
		try (RawConnection patient = hold("registration=a", channel)) {
			server.control().setTimeout(Duration.ofMillis(100)).block();
			assertThat(server.poll("registration=a").status()).isEqualTo(200);
			assertThat(patient.hasAnswer()).isFalse();
		}
	}

	@Test
	void pollWhenIdsAreUnknownShouldAnswerThemAtOnceInOrder() {
		Answer answer = server.poll("registration=x%0Ay&registration=w%0Az");
		assertThat(answer.headerNames()).containsExactlyInAnyOrder(HEADERS);
		assertThat(answer.body()).isEqualTo("x:ENDED_CHANNEL\ny:ENDED_CHANNEL\nw:ENDED_CHANNEL\nz:ENDED_CHANNEL");
	}

	@Test
	void pollWhenSomeIdsAreUnknownShouldNotWaitForTheOthers() {
		Channel channel = server.create("a");
		assertThat(server.poll("registration=y%0Aa%0Ax").body()).isEqualTo("y:ENDED_CHANNEL\nx:ENDED_CHANNEL");
		assertThat(channel.subscribers()).isZero();
	}

	@Test
	void pollWhenSomeIdsAreUnknownShouldAnswerThemWithMessages() {
		server.create("a").publish("1").block();
		Answer answer = server.poll("registration=y%0Aa%0Ax", "Comet-Cursor: earliest");
		assertThat(answer.body().split("\n")).containsExactlyInAnyOrder("a:1", "y:ENDED_CHANNEL", "x:ENDED_CHANNEL")
			.containsSubsequence("y:ENDED_CHANNEL", "x:ENDED_CHANNEL");
	}

	@Test
	void pollWhenIdCouldNotNameChannelShouldEchoItEncoded() {
		Answer answer = server.poll("registration=a%3Ab%0Ac+d%0A%25%0A%00%0D%0A%e2%82%ac");
		assertThat(answer.body()).isEqualTo("a%3Ab:ENDED_CHANNEL\nc%20d:ENDED_CHANNEL\n%25:ENDED_CHANNEL\n"
				+ "%00:ENDED_CHANNEL\n%E2%82%AC:ENDED_CHANNEL");
	}

	@Test
	void pollWhenIdIsNotAsciiShouldAnswerItInUtf8() {
		Channel channel = server.create("日本/é");
		for (String id : List.of("%E6%97%A5%E6%9C%AC/%C3%A9", "%u65E5%u672C/%E9", "%u65e5%u672c/%u00e9")) {
			try (RawConnection client = hold("registration=" + id, channel)) {
				channel.publish("m").block();
				assertThat(client.read().body()).isEqualTo("日本/é:m");
			}
		}
	}

	@Test
	void pollWhenSeveralChannelsHaveMessagesShouldAnswerAllOfThem() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		a.publish("1").block();
		b.publish("2").block();
		a.publish("3").block();
		assertThat(server.poll("registration=b%0Aa", "Comet-Cursor: earliest").body()).isEqualTo("b:2\na:1\na:3");
	}

	@Test
	void pollWhenOneOfSeveralChannelsHasMessageShouldAnswerIt() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		try (RawConnection client = hold("registration=a%0Ab", b)) {
			assertThat(a.subscribers()).isOne();
			b.publish("m").block();
			assertThat(client.read().body()).isEqualTo("b:m");
			assertThat(a.subscribers() + b.subscribers()).isZero();
		}
	}

	@Test
	void pollWhenMessageReadsAsEndShouldEscapeIt() {
		server.create("a").publish("ENDED_CHANNEL").block();
		assertThat(server.poll("registration=a", "Comet-Cursor: earliest").body()).isEqualTo("a:%45NDED_CHANNEL");
	}

	@Test
	void pollWhenMessageIsEmptyShouldAnswerEntryWithoutText() {
		server.create("a").publish("").block();
		assertThat(server.poll("registration=a", "Comet-Cursor: earliest").body()).isEqualTo("a:");
	}

	@Test
	void pollWhenPublishedBeforeWithoutCursorShouldNotSeeIt() {
		Channel channel = server.create("a");
		channel.publish("before").block();
		try (RawConnection client = hold("registration=a", channel)) {
			assertThat(client.hasAnswer()).isFalse();
			channel.publish("after").block();
			assertThat(client.read().body()).isEqualTo("a:after");
		}
	}

	@Test
	void pollWhenChannelIsClosedMeanwhileShouldEnd() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		try (RawConnection client = hold("registration=a%0Ab", b)) {
			b.close().block();
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).isEqualTo("b:ENDED_CHANNEL");
			assertThat(a.subscribers()).isZero();
		}
	}

	@OneNodeOnly("Another node hears of the message first, and then of the end")
	@Test
	void pollWhenPublishedThenClosedShouldAnswerBothAtOnce() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("registration=a", channel)) {
			SingleLoop.run(server, () -> channel.publish("last").then(channel.close()).subscribe());
			assertThat(client.read().body()).isEqualTo("a:last\na:ENDED_CHANNEL");
		}
		assertThat(server.poll("registration=a").body()).isEqualTo("a:ENDED_CHANNEL");
	}

	@Test
	void pollWhenIdIsRepeatedShouldCountOnce() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("registration=a%0Aa&registration=a", channel)) {
			assertThat(channel.subscribers()).isOne();
			channel.publish("m").block();
			assertThat(client.read().body()).isEqualTo("a:m");
		}
	}

	@Test
	void pollWhenIdsAreEmptyShouldDropThem() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("x=y&&registration=%0A%0D%0A&registration=%0Aa%0D%0A&registration", channel)) {
			channel.publish("m").block();
			assertThat(client.read().body()).isEqualTo("a:m");
		}
	}

	@Test
	void pollWhenKilledShouldAnswer503WithCursor() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("registration=a", channel)) {
			server.command("/set_timeout/30/KILL");
			assertUnavailable(client.read(), channel);
		}
		assertThat(server.control().timeout()).isEqualTo(Duration.ofSeconds(30));
	}

	@Test
	void pollWhenDeactivatedMeanwhileShouldAnswer503WithCursor() {
		Channel channel = server.create("a");
		try (RawConnection client = hold("registration=a", channel)) {
			server.command("/deactivate");
			assertUnavailable(client.read(), channel);
		}
		finally {
			server.command("/activate");
		}
	}

	private static void assertUnavailable(Answer answer, Channel channel) {
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.headerNames()).containsExactlyInAnyOrder("Content-Type", "Cache-Control",
				"X-Content-Type-Options", "Comet-Cursor", "Retry-After", "Content-Length");
		assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
		assertThat(answer.header("Retry-After")).matches("\\d+");
		assertThat(answer.header("Comet-Cursor")).isEqualTo(Objects.requireNonNull(channel.cursor().block()).token());
		assertThat(answer.body()).isEmpty();
		assertThat(channel.subscribers()).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "application/x-ocsigen-comet", "APPLICATION/X-Ocsigen-Comet",
			"application/x-ocsigen-comet; charset=bogus", "application/x-ocsigen-comet;charset=\"",
			"  application / x-ocsigen-comet ;a=b" })
	void pollShouldIgnoreCaseAndParametersOfMediaType(String contentType) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", contentType, "registration=x");
			assertThat(client.read().body()).isEqualTo("x:ENDED_CHANNEL");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "If-None-Match: *", "If-Modified-Since: Sun, 06 Nov 2094 08:49:37 GMT", "If-Match: \"no\"",
			"If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT", "Range: bytes=0-0", "If-Range: \"x\"",
			"Accept: application/json", "Accept-Encoding: gzip", "Accept-Charset: utf-16" })
	void pollShouldIgnoreConditionalAndRangeHeaders(String header) {
		Answer answer = server.poll("registration=x", header);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.headerNames()).containsExactlyInAnyOrder(HEADERS);
		assertThat(answer.body()).isEqualTo("x:ENDED_CHANNEL");
	}

	@Test
	void pollWhenSentByWebClientShouldBeAnswered() {
		Channel channel = server.create("a");
		channel.publish("m").block();
		String body = WebClient.create("http://localhost:" + server.port())
			.post()
			.uri("/comet")
			.contentType(MediaType.parseMediaType("application/x-ocsigen-comet"))
			.header("Comet-Cursor", "earliest")
			.bodyValue("registration=a".getBytes(StandardCharsets.US_ASCII))
			.retrieve()
			.bodyToMono(String.class)
			.block(Duration.ofSeconds(10));
		assertThat(body).isEqualTo("a:m");
	}

	private static RawConnection hold(String body, Channel channel) {
		RawConnection client = RawConnection.open(server.port());
		int before = channel.subscribers();
		client.poll(body);
		Await.until(() -> channel.subscribers() == before + 1);
		return client;
	}

}
