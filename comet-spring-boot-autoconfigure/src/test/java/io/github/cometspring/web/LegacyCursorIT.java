package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that resume by a cursor (protocol, sections 1, 2 and 7). One class, as a server
 * is started for each, and on each path.
 */
class LegacyCursorIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.history.size=3", "comet.max-response-size=40B");
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
	void pollShouldResumeAfterWhatTheClientHas() {
		Channel channel = server.create("a");
		publish(channel, "1", "2");
		Answer first = poll("a", "earliest");
		assertThat(first.body()).isEqualTo("a:1\na:2");
		publish(channel, "3");
		assertThat(poll("a", cursor(first)).body()).isEqualTo("a:3");
		assertThat(poll("a", cursor(first)).body()).as("the same cursor again").isEqualTo("a:3");
	}

	@Test
	void pollWhenCursorIsUpToDateShouldWait() {
		Channel channel = server.create("a");
		publish(channel, "1");
		try (RawConnection client = hold(channel, here(channel))) {
			assertThat(client.hasAnswer()).isFalse();
			publish(channel, "2");
			Answer answer = client.read();
			assertThat(answer.body()).isEqualTo("a:2");
			assertThat(answer.header("Comet-Gap")).isNull();
		}
	}

	@Test
	void pollWhenLatestShouldStartNow() {
		Channel channel = server.create("a");
		publish(channel, "1");
		try (RawConnection client = hold(channel, "latest")) {
			publish(channel, "2");
			assertThat(client.read().body()).isEqualTo("a:2");
		}
	}

	@Test
	void pollWhenTimedOutOrKilledShouldHaveCursorToResumeFrom() {
		Channel channel = server.create("a");
		publish(channel, "1");
		server.control().setTimeout(Duration.ofMillis(50)).block();
		Answer timedOut = poll("a", "latest");
		assertThat(timedOut.body()).isEmpty();
		server.control().setTimeout(Duration.ofSeconds(20)).block();
		String killed;
		try (RawConnection client = hold(channel, cursor(timedOut))) {
			server.control().setTimeout(Duration.ofSeconds(20), true).block();
			killed = cursor(client.read());
		}
		publish(channel, "2");
		assertThat(poll("a", cursor(timedOut)).body()).isEqualTo("a:2");
		assertThat(poll("a", killed).body()).isEqualTo("a:2");
	}

	@Test
	void pollWhenChannelIsNewToCursorShouldStartItNow() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		publish(a, "1");
		publish(b, "before");
		String cursor = here(a);
		publish(a, "2");
		Answer answer = poll("a%0Ab", cursor);
		assertThat(answer.body()).isEqualTo("a:2");
		publish(b, "after");
		assertThat(poll("b%0Aa", cursor(answer)).body()).isEqualTo("b:after");
	}

	@Test
	void pollWhenHistoryIsOverrunShouldReportGapAndAnswerTheRest() {
		Channel channel = server.create("a");
		publish(channel, "1");
		String cursor = here(channel);
		publish(channel, "2", "3", "4", "5");
		Answer answer = poll("a", cursor);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Comet-Gap")).isEqualTo("a");
		assertThat(answer.body()).isEqualTo("a:3\na:4\na:5");
		publish(channel, "6");
		Answer next = poll("a", cursor(answer));
		assertThat(next.header("Comet-Gap")).isNull();
		assertThat(next.body()).isEqualTo("a:6");
	}

	@Test
	void pollWhenHistoryIsJustNotOverrunShouldReportNoGap() {
		Channel channel = server.create("a");
		publish(channel, "1");
		String cursor = here(channel);
		publish(channel, "2", "3", "4");
		Answer answer = poll("a", cursor);
		assertThat(answer.header("Comet-Gap")).isNull();
		assertThat(answer.body()).isEqualTo("a:2\na:3\na:4");
	}

	@Test
	void pollWhenEarliestOfTrimmedHistoryShouldReportNoGap() {
		publish(server.create("a"), "1", "2", "3", "4");
		Answer answer = poll("a", "earliest");
		assertThat(answer.header("Comet-Gap")).isNull();
		assertThat(answer.body()).isEqualTo("a:2\na:3\na:4");
	}

	@Test
	void pollWhenEarliestOfEmptyHistoryShouldWait() {
		Channel channel = server.create("a");
		try (RawConnection client = hold(channel, "earliest")) {
			publish(channel, "1");
			assertThat(client.read().body()).isEqualTo("a:1");
		}
	}

	@Test
	void pollWhenCursorIsOfEarlierEpochShouldReportGapAtOnce() {
		Channel channel = server.create("a");
		publish(channel, "1");
		String cursor = here(channel);
		channel.close().block();
		publish(server.create("a"), "x");
		Answer answer = poll("a", cursor);
		assertThat(answer.header("Comet-Gap")).isEqualTo("a");
		assertThat(answer.body()).isEqualTo("a:x");
	}

	@Test
	void pollWhenGapAndHistoryIsEmptyShouldAnswerAtOnce() {
		Channel channel = server.create("a");
		String cursor = here(channel);
		channel.close().block();
		server.create("a");
		Answer answer = poll("a", cursor);
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Comet-Gap")).isEqualTo("a");
		assertThat(answer.body()).isEmpty();
	}

	@Test
	void pollWhenCursorIsBeyondNewestShouldReportGap() {
		Channel channel = server.create("a");
		publish(channel, "1");
		// The last digit of the token is part of the offset
		String cursor = here(channel).replaceFirst(".$", "8");
		Answer answer = poll("a", cursor);
		assertThat(answer.header("Comet-Gap")).isEqualTo("a");
		assertThat(answer.body()).isEqualTo("a:1");
	}

	@Test
	void pollWhenSeveralChannelsHaveGapsShouldListThemEncoded() {
		List<Channel> channels = List.of(server.create("a/b"), server.create("é"), server.create("c"));
		server.control().setTimeout(Duration.ofMillis(20)).block();
		Answer before = poll("a/b%0A%C3%A9%0Ac", "latest");
		publish(channels.get(0), "1", "2", "3", "4");
		publish(channels.get(1), "1", "2", "3", "4");
		publish(channels.get(2), "1");
		Answer answer = poll("a/b%0A%C3%A9%0Ac", cursor(before));
		assertThat(answer.header("Comet-Gap")).isEqualTo("a/b,%C3%A9");
	}

	@Test
	void pollWhenAnswerIsFullShouldGoOnWithCursor() {
		Channel channel = server.create("a");
		publish(channel, "x".repeat(15), "y".repeat(15), "z".repeat(15));
		Answer first = poll("a", "earliest");
		assertThat(first.body()).isEqualTo("a:" + "x".repeat(15) + "\na:" + "y".repeat(15));
		Answer second = poll("a", cursor(first));
		assertThat(second.body()).isEqualTo("a:" + "z".repeat(15));
		assertThat(second.header("Comet-Gap")).isNull();
	}

	@Test
	void pollWhenOneMessageIsLargerThanAnAnswerShouldAnswerItAlone() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		publish(a, "1", "x".repeat(100));
		publish(b, "2");
		Answer first = poll("a%0Ab", "earliest");
		assertThat(first.body()).isEqualTo("a:1\nb:2");
		Answer second = poll("a%0Ab", cursor(first));
		assertThat(second.body()).isEqualTo("a:" + "x".repeat(100));
	}

	@Test
	void pollWhenAnswerIsFullShouldKeepEndForTheNext() {
		Channel channel = server.create("a");
		publish(channel, "x".repeat(20), "y".repeat(20));
		try (RawConnection client = RawConnection.open(server.port())) {
			Answer first = client.poll("registration=a", "Comet-Cursor: earliest").read();
			assertThat(first.body()).isEqualTo("a:" + "x".repeat(20));
			channel.close().block();
			// Clients that have started can still read a closed channel.
			assertThat(client.poll("registration=a", "Comet-Cursor: " + cursor(first)).read().body())
				.isEqualTo("a:" + "y".repeat(20) + "\na:ENDED_CHANNEL");
		}
	}

	@Test
	@Timeout(30)
	void pollsWhenPublisherRunsShouldNeitherLoseNorRepeat() {
		int count = 500;
		Channel a = create("a", count);
		Channel b = create("b", count);
		Disposable publishers = Flux.range(0, count)
			.publishOn(Schedulers.boundedElastic())
			.concatMap((number) -> a.publish("a" + number).then(b.publish("b" + number)))
			.subscribe();
		List<String> received = new ArrayList<>();
		try (RawConnection client = RawConnection.open(server.port())) {
			String cursor = "earliest";
			while (received.size() < 2 * count) {
				Answer answer = client.poll("registration=a%0Ab", "Comet-Cursor: " + cursor).read();
				assertThat(answer.header("Comet-Gap")).isNull();
				received.addAll(List.of(answer.body().split("\n")));
				cursor = cursor(answer);
			}
		}
		publishers.dispose();
		for (String channel : List.of("a", "b")) {
			assertThat(received.stream().filter((entry) -> entry.startsWith(channel + ":"))).containsExactlyElementsOf(
					IntStream.range(0, count).mapToObj((number) -> channel + ":" + channel + number).toList());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "EARLIEST", "null", "AQ==", "A", "AA", "Ag", "AQ=", "AR", "AQ AQ", "%41",
			"earliest,latest", "AQAAAAAAAAAAAAAAAAAAAAA" })
	void pollWhenNoServerCouldHaveMadeCursorShouldAnswer400(String token) {
		server.create("a");
		Answer answer = poll("a", token);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isEqualTo("text/plain;charset=UTF-8");
		assertThat(answer.header("Comet-Cursor")).isNull();
		assertThat(answer.body()).isEqualTo("Invalid cursor");
	}

	@Test
	void pollWhenTwoCursorsAreSentShouldAnswer400() {
		Channel channel = server.create("a");
		Answer answer = server.poll("registration=a", "Comet-Cursor: " + here(channel), "Comet-Cursor: earliest");
		assertThat(answer.status()).isEqualTo(400);
	}

	@Test
	void pollWhenCursorIsOfNoChannelShouldStartNow() {
		Channel channel = server.create("a");
		publish(channel, "1");
		try (RawConnection client = hold(channel, "AQ")) {
			publish(channel, "2");
			assertThat(client.read().body()).isEqualTo("a:2");
		}
	}

	@Test
	void pollWhenCursorIsChangedInOneByteShouldAnswerGapOr400OrWait() {
		Channel channel = server.create("a");
		publish(channel, "1");
		String cursor = here(channel);
		publish(channel, "2");
		server.control().setTimeout(Duration.ZERO).block();
		List<Integer> refused = new ArrayList<>();
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 0; i < cursor.length(); i++) {
				for (char c : "Az0_-9=~+".toCharArray()) {
					String changed = cursor.substring(0, i) + c + cursor.substring(i + 1);
					Answer answer = client.poll("registration=a", "Comet-Cursor: " + changed).read();
					assertThat(answer.status()).as(changed).isIn(200, 400);
					if (answer.status() == 400) {
						refused.add(i);
					}
					else if (!changed.equals(cursor)) {
						// "now" if it has another channel, a gap, or the position of an
						// earlier message
						assertThat(answer.body()).as(changed).isIn("", "a:1\na:2");
					}
				}
			}
		}
		assertThat(refused).contains(0, 1).hasSizeGreaterThan(2 * cursor.length());
	}

	private static Channel create(String name, int history) {
		return Objects.requireNonNull(server.channels()
			.create(name, new ChannelSettings(history, Duration.ofMinutes(1), null, MessageFormat.TEXT))
			.block());
	}

	private static void publish(Channel channel, String... messages) {
		for (String message : messages) {
			channel.publish(message).block();
		}
	}

	private static String here(Channel channel) {
		return Objects.requireNonNull(channel.cursor().block()).token();
	}

	private static Answer poll(String ids, String cursor) {
		return server.poll("registration=" + ids, "Comet-Cursor: " + cursor);
	}

	private static String cursor(Answer answer) {
		String cursor = answer.header("Comet-Cursor");
		assertThat(cursor).isNotNull();
		return cursor;
	}

	private static RawConnection hold(Channel channel, String cursor) {
		RawConnection client = RawConnection.open(server.port());
		client.poll("registration=" + channel.id(), "Comet-Cursor: " + cursor);
		Await.until(() -> channel.subscribers() == 1);
		return client;
	}

}
