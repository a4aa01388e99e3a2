package io.github.cometspring.web;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Server-sent events over real sockets (protocol, section 4).
 */
class EventStreamIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private String name;

	private Channel channel;

	private final List<AutoCloseable> open = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Secrets.class }, "comet.history.size=3", "comet.heartbeat=300ms",
				"comet.max-connections=8", "comet.max-channels-per-request=5",
				"comet.allowed-origins=https://friend.example");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void create(TestInfo test) {
		this.name = test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
		this.channel = server.create(this.name);
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		Await.until(() -> server.bean(Subscriptions.class).connections(Transport.SSE) == 0);
		assertThat(this.channel.subscribers()).isZero();
	}

	@Test
	void streamWhenOpenedShouldSayWhereItBeginsAtOnce() {
		publish("before");
		RawEventStream stream = stream("channel=" + this.name);
		Answer head = stream.head();
		assertThat(head.status()).isEqualTo(200);
		assertThat(head.header("Content-Type")).isEqualTo("text/event-stream;charset=UTF-8");
		assertThat(head.header("Cache-Control")).isEqualTo("no-store");
		assertThat(head.header("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(head.header("X-Accel-Buffering")).isEqualTo("no");
		Event first = next(stream);
		assertThat(first.name()).isEqualTo("heartbeat");
		assertThat(first.id()).isEqualTo(cursor());
		assertThat(Integer.parseInt(stream.retry())).isBetween(1000, 2999);
	}

	@Test
	void streamWhenOpenedOftenShouldSpreadRetries() {
		Set<String> retries = new HashSet<>();
		for (int i = 0; i < 8; i++) {
			try (RawEventStream stream = RawEventStream.open(server.port(), "channel=" + this.name)) {
				next(stream);
				retries.add(stream.retry());
			}
			Await.until(() -> this.channel.subscribers() == 0);
		}
		assertThat(retries).hasSizeGreaterThan(2);
	}

	@Test
	void streamWhenMessagesComeShouldSendAnEventEachWithCursor() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		List<String> ids = new ArrayList<>();
		for (String data : List.of("hé\"l\nlo\r\n", "", "\uD83D\uDE00\u2028")) {
			publish(data);
			Event event = nextNews(stream);
			assertThat(event.name()).isEqualTo("message");
			assertThat(event.id()).isEqualTo(cursor());
			ids.add(Objects.requireNonNull(event.id()));
			assertThat(event.data()).isEqualTo("{\"channel\":\"" + this.name + "\",\"data\":\""
					+ data.replace("\"", "\\\"").replace("\n", "\\n").replace("\r", "\\r") + "\"}");
		}
		assertThat(ids).doesNotHaveDuplicates();
	}

	@Test
	void streamWhenSilentShouldSendHeartbeats() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		long begin = System.nanoTime();
		for (int i = 0; i < 2; i++) {
			assertThat(next(stream).name()).isEqualTo("heartbeat");
		}
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isBetween(Duration.ofMillis(350), PATIENCE);
	}

	@Test
	void streamWhenLastEventIdIsGivenShouldResumeAfterIt() {
		RawEventStream stream = stream("channel=" + this.name);
		publish("1", "2");
		nextNews(stream);
		String afterFirst = stream.lastId();
		stream.close();
		publish("3");
		RawEventStream again = stream("channel=" + this.name, "Last-Event-ID: " + afterFirst);
		assertThat(nextNews(again).data()).contains("\"2\"");
		assertThat(nextNews(again).data()).contains("\"3\"");
	}

	@Test
	void streamWhenCutBeforeFirstMessageShouldResumeFromItsBeginning() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		stream.close();
		publish("meanwhile");
		RawEventStream again = stream("channel=" + this.name, "Last-Event-ID: " + stream.lastId());
		assertThat(nextNews(again).data()).contains("meanwhile");
	}

	@Test
	void streamWhenCursorParameterIsGivenShouldResumeFromIt() {
		publish("1", "2");
		assertThat(nextNews(stream("channel=" + this.name + "&cursor=earliest")).data()).contains("\"1\"");
	}

	@Test
	void streamWhenHeaderAndParameterAreGivenShouldPreferHeader() {
		publish("1");
		String after1 = cursor();
		publish("2");
		RawEventStream stream = stream("channel=" + this.name + "&cursor=earliest", "Last-Event-ID: " + after1);
		assertThat(nextNews(stream).data()).contains("\"2\"");
	}

	@Test
	void streamWhenHistoryHasMovedOnShouldTellOfGapBeforeAnyPositionBehindIt() {
		publish("1", "2", "3", "4", "5");
		String old = Cursor.of(this.name, new Position(epoch(), 1)).token();
		RawEventStream stream = stream("channel=" + this.name, "Last-Event-ID: " + old);
		assertThat(next(stream)).isEqualTo(new Event(null, "gap", "{\"channel\":\"" + this.name + "\"}"));
		assertThat(nextNews(stream).data()).contains("\"3\"");
		assertThat(nextNews(stream).data()).contains("\"4\"");
		assertThat(nextNews(stream).data()).contains("\"5\"");
	}

	@Test
	void streamWhenSomeIdsAreUnknownShouldTellThatTheyHaveEndedAndGoOn() {
		RawEventStream stream = stream("channel=unknown&channel=" + this.name + "&channel=%20%0A&channel=");
		assertThat(nextNews(stream)).isEqualTo(new Event(null, "ended", "{\"channel\":\"unknown\"}"));
		assertThat(nextNews(stream)).isEqualTo(new Event(null, "ended", "{\"channel\":\" \\n\"}"));
		publish("1");
		assertThat(nextNews(stream).data()).contains("\"1\"");
	}

	@Test
	void streamWhenAllIdsAreUnknownShouldAnswer204() {
		for (String query : List.of("channel=unknown", "channel=x&channel=y", "channel=unknown&cursor=earliest")) {
			Answer answer = get(query);
			assertThat(answer.status()).isEqualTo(204);
			assertThat(answer.bytes()).isEmpty();
		}
	}

	@Test
	void streamWhenEveryChannelEndsShouldCompleteAndThenAnswer204() {
		Channel other = server.create(this.name + "-2");
		RawEventStream stream = stream("channel=" + this.name + "&channel=" + other.id());
		next(stream);
		this.channel.publish("last").then(this.channel.close()).block(PATIENCE);
		assertThat(nextNews(stream).data()).contains("\"last\"");
		assertThat(nextNews(stream)).isEqualTo(new Event(null, "ended", "{\"channel\":\"" + this.channel.id() + "\"}"));
		publish(other, "still");
		assertThat(nextNews(stream).data()).contains("\"still\"");
		other.close().block(PATIENCE);
		assertThat(nextNews(stream)).isEqualTo(new Event(null, "ended", "{\"channel\":\"" + other.id() + "\"}"));
		assertThat(stream.nextNews()).isNull();
		assertThat(get("channel=" + this.name + "&channel=" + other.id() + "&cursor=" + stream.lastId()).status())
			.isEqualTo(204);
	}

	@Test
	void streamWhenHeadOrRequestHasNoAcceptShouldNotBeMistaken() {
		try (RawConnection client = RawConnection.open(server.port())) {
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
	@ValueSource(strings = { "", "channel", "channel=", "x=y", "channel=a&cursor=", "channel=a&cursor=%21",
			"channel=a&cursor=AQ==", "channel=a&cursor=latest&cursor=latest", "channel=%ZZ&cursor=x",
			"channel=1&channel=2&channel=3&channel=4&channel=5&channel=6" })
	void streamWhenRequestIsWrongShouldExplainWithProblem(String query) {
		Answer answer = get(query);
		assertThat(answer.status()).isEqualTo(400);
		assertThat(answer.header("Content-Type")).isIn("application/problem+json", null);
	}

	@Test
	void streamWhenLastEventIdIsNoCursorShouldAnswer400() {
		assertThat(get("channel=" + this.name, "Last-Event-ID: 42").status()).isEqualTo(400);
	}

	@Test
	void streamWhenNotAuthorizedShouldAnswer403() {
		Answer answer = get("channel=" + this.name + "&channel=secret");
		assertThat(answer.status()).isEqualTo(403);
		assertThat(answer.body()).doesNotContain("secret");
	}

	@Test
	void streamWhenKilledShouldEndAndResumeAfterwards() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		server.control().setTimeout(Duration.ofSeconds(20), true).block(PATIENCE);
		assertThat(stream.nextNews()).isNull();
		publish("meanwhile");
		assertThat(nextNews(stream("channel=" + this.name, "Last-Event-ID: " + stream.lastId())).data())
			.contains("meanwhile");
	}

	@Test
	void streamWhenDeactivatedShouldAnswer503() {
		server.control().deactivate().block(PATIENCE);
		try {
			Answer answer = get("channel=" + this.name);
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isNotNull();
		}
		finally {
			server.control().activate().block(PATIENCE);
		}
	}

	@Test
	void streamWhenTooManyConnectionsShouldAnswer503() {
		for (int i = 0; i < 8; i++) {
			stream("channel=" + this.name);
		}
		Answer answer = get("channel=" + this.name);
		assertThat(answer.status()).isEqualTo(503);
		assertThat(answer.header("Retry-After")).isNotNull();
	}

	@Test
	void streamWhenOriginIsForeignShouldBeReadableByFriendsOnly() {
		assertThat(get("channel=unknown", "Origin: https://friend.example").header("Access-Control-Allow-Origin"))
			.isEqualTo("https://friend.example");
		assertThat(get("channel=unknown", "Origin: https://stranger.example").status()).isEqualTo(403);
	}

	@Test
	void deliverWhenStreamGetsMessageShouldCountIt() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		Outcome outcome = Objects.requireNonNull(this.channel.deliver("1").block(PATIENCE));
		assertThat(outcome.delivered()).isEqualTo(1);
		assertThat(outcome.failed()).isZero();
		assertThat(nextNews(stream).data()).contains("\"1\"");
	}

	@Test
	void streamWhenClientResetsShouldLeaveNothingBehind() {
		RawEventStream stream = stream("channel=" + this.name);
		next(stream);
		stream.connection().reset();
		Await.until(() -> this.channel.subscribers() == 0);
	}

	private RawEventStream stream(String query, String... headers) {
		RawEventStream stream = RawEventStream.open(server.port(), query, headers);
		this.open.add(stream);
		return stream;
	}

	private Answer get(String query, String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("GET", "/comet?" + query, null, "", concat("Accept: text/event-stream", headers));
			return client.read();
		}
	}

	private static String[] concat(String first, String[] rest) {
		List<String> all = new ArrayList<>(List.of(rest));
		all.add(0, first);
		return all.toArray(String[]::new);
	}

	private static Event next(RawEventStream stream) {
		return Objects.requireNonNull(stream.next(), "The stream has ended");
	}

	private static Event nextNews(RawEventStream stream) {
		return Objects.requireNonNull(stream.nextNews(), "The stream has ended");
	}

	private void publish(String... data) {
		publish(this.channel, data);
	}

	private static void publish(Channel channel, String... data) {
		for (String text : data) {
			channel.publish(text).block(PATIENCE);
		}
	}

	private long epoch() {
		return Objects.requireNonNull(server.bean(ChannelBroker.class).find(this.name).block(PATIENCE)).epoch();
	}

	private String cursor() {
		return Objects.requireNonNull(this.channel.cursor().block(PATIENCE)).token();
	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (@Nullable Principal user, String channel) -> Mono.just(!channel.equals("secret"));
		}

	}

}
