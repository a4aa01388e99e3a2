package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server that goes down with clients, which are ended one after the other, and comes
 * back. The numbers of clients can be set, such as {@code testing.polls=10000} and
 * {@code testing.streams=2000}.
 */
@SetsFastPath
@OneNodeOnly("Servers of one JVM share their event loops, which end with the first server")
class ShutdownSpreadIT {

	private static final int POLLS = Integer.getInteger("testing.polls", 200);

	private static final int STREAMS = Integer.getInteger("testing.streams", 50);

	/** Clients listen to one each; half of them get messages during the shutdown. */
	private static final int CHANNELS = 10;

	private static final Duration SPREAD = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void crowdWhenServerStopsShouldBeEndedByAndByAndMissNothing(boolean fastPath) {
		List<Poller> polls = new ArrayList<>();
		List<Listener> streams = new ArrayList<>();
		try (CometServer server = start(SPREAD, "comet.fast-path=" + fastPath)) {
			Subscriptions subscriptions = server.bean(Subscriptions.class);
			List<Channel> channels = IntStream.range(0, CHANNELS).mapToObj((i) -> server.create("c" + i)).toList();
			List<Integer> published = new ArrayList<>();
			for (Channel channel : channels) {
				channel.publish("1").block();
				published.add(1);
			}
			for (int i = 0; i < POLLS; i++) {
				polls.add(new Poller(server.port(), i % CHANNELS));
			}
			for (int i = 0; i < STREAMS; i++) {
				streams.add(new Listener(server.port(), i % CHANNELS));
			}
			Await.within(PATIENCE, () -> connections(subscriptions) == POLLS + STREAMS);
			long begin = System.nanoTime();
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.context()::stop);
			Await.within(PATIENCE, () -> connections(subscriptions) < POLLS + STREAMS);
			for (int i = 0; i < CHANNELS / 2; i++) {
				channels.get(i).publish("2").block();
				published.set(i, 2);
			}
			int during = connections(subscriptions);
			assertThat(stopped).succeedsWithin(PATIENCE);
			Duration took = Duration.ofNanos(System.nanoTime() - begin);
			assertThat(during).as("connected while others have been ended").isPositive();
			// The last clients of all loops end in the last part of the time.
			assertThat(took).isGreaterThan(SPREAD.multipliedBy(3).dividedBy(4));
			assertThat(connections(subscriptions)).isZero();
			polls.forEach(Poller::readEnd);
			streams.forEach(Listener::readToEnd);
			assertThat(polls).filteredOn((poll) -> poll.status == 503).hasSizeGreaterThanOrEqualTo(POLLS / 2);

			server.context().start();
			for (int i = 0; i < CHANNELS; i++) {
				channels.get(i).publish(String.valueOf(published.get(i) + 1)).block();
				published.set(i, published.get(i) + 1);
			}
			polls.forEach((poll) -> poll.resume(server.port()));
			streams.forEach((stream) -> stream.resume(server.port(), published.get(stream.channel)));
			assertThat(polls)
				.allSatisfy((poll) -> assertThat(poll.messages).isEqualTo(upTo(published.get(poll.channel))));
			assertThat(streams)
				.allSatisfy((stream) -> assertThat(stream.messages).isEqualTo(upTo(published.get(stream.channel))));
		}
		finally {
			polls.forEach(Poller::close);
			streams.forEach(Listener::close);
		}
	}

	@Test
	void readinessAndNewRequestsShouldBeRefusedFromTheFirstMoment() {
		List<RawConnection> polls = new ArrayList<>();
		CometServer server = start(SPREAD, "management.endpoint.health.probes.enabled=true");
		try {
			Subscriptions subscriptions = server.bean(Subscriptions.class);
			Channel channel = server.create("c0");
			for (int i = 0; i < 20; i++) {
				polls.add(RawConnection.open(server.port()).poll("registration=c0"));
			}
			Await.until(() -> channel.subscribers() == 20);
			assertThat(readiness(server)).isEqualTo(200);
			CompletableFuture<Void> closed = CompletableFuture.runAsync(server.context()::close);
			Await.until(() -> connections(subscriptions) < 20);
			int readiness = readiness(server);
			Answer refused = server.poll("registration=c0");
			int waiting = connections(subscriptions);
			assertThat(waiting).isPositive();
			assertThat(readiness).isEqualTo(503);
			assertThat(refused.status()).isEqualTo(503);
			assertThat(refused.header("Retry-After")).matches("[1-5]");
			assertThat(closed).succeedsWithin(PATIENCE);
			assertThat(polls).allSatisfy((poll) -> assertThat(poll.read().status()).isEqualTo(503));
		}
		finally {
			polls.forEach(RawConnection::close);
			server.close();
		}
	}

	@Test
	void serverWithoutClientsShouldStopAtOnce() {
		try (CometServer server = start(Duration.ofSeconds(20))) {
			server.create("c0");
			long begin = System.nanoTime();
			server.context().stop();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
		}
	}

	@Test
	void serverWhoseClientsLeaveByThemselvesShouldNotWaitForTheRest() {
		try (CometServer server = start(Duration.ofSeconds(28))) {
			Subscriptions subscriptions = server.bean(Subscriptions.class);
			Channel channel = server.create("c1");
			RawConnection client = RawConnection.open(server.port()).poll("registration=c1");
			Await.until(() -> channel.subscribers() == 1);
			long begin = System.nanoTime();
			CompletableFuture<Void> stopped = CompletableFuture.runAsync(server.context()::stop);
			Await.until(() -> server.poll("registration=c1").status() == 503);
			client.close();
			Await.until(() -> connections(subscriptions) == 0);
			assertThat(stopped).succeedsWithin(PATIENCE);
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(26));
		}
	}

	private static CometServer start(Duration spread, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("comet.timeout=1h", "comet.heartbeat=1h", "comet.shutdown.spread=" + spread));
		all.addAll(List.of(properties));
		return CometServer.start(all.toArray(String[]::new));
	}

	private static int connections(Subscriptions subscriptions) {
		return Arrays.stream(Transport.values()).mapToInt(subscriptions::connections).sum();
	}

	private static int readiness(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.send("GET /actuator/health/readiness HTTP/1.1\r\nHost: localhost\r\n\r\n").read().status();
		}
	}

	private static List<String> upTo(int last) {
		return IntStream.rangeClosed(1, last).mapToObj(Integer::toString).toList();
	}

	/**
	 * A client of long polls.
	 */
	private static final class Poller {

		private final int channel;

		private final List<String> messages = new ArrayList<>();

		private RawConnection connection;

		private String cursor = "earliest";

		private int status;

		private Poller(int port, int channel) {
			this.channel = channel;
			resume(port);
			this.connection.poll("registration=c" + channel, "Comet-Cursor: " + this.cursor);
		}

		private void resume(int port) {
			if (this.connection != null) {
				this.connection.close();
			}
			this.connection = RawConnection.open(port);
			this.connection.poll("registration=c" + this.channel, "Comet-Cursor: " + this.cursor);
			readEnd();
		}

		private void readEnd() {
			Answer answer = this.connection.read();
			this.status = answer.status();
			this.cursor = Objects.requireNonNull(answer.header("Comet-Cursor"));
			answer.body().lines().forEach((line) -> this.messages.add(line.substring(line.indexOf(':') + 1)));
		}

		private void close() {
			this.connection.close();
		}

	}

	/**
	 * A client of an event stream.
	 */
	private static final class Listener {

		private final int channel;

		private final List<String> messages = new ArrayList<>();

		private RawEventStream stream;

		private Listener(int port, int channel) {
			this.channel = channel;
			this.stream = RawEventStream.open(port, "channel=c" + channel + "&cursor=earliest");
			read(1);
		}

		private void resume(int port, int last) {
			String id = this.stream.lastId();
			this.stream.close();
			this.stream = RawEventStream.open(port, "channel=c" + this.channel, "Last-Event-ID: " + id);
			read(last);
		}

		private void read(int last) {
			while (this.messages.size() < last) {
				add(this.stream.message());
			}
		}

		private void readToEnd() {
			for (RawEventStream.Event event = this.stream.nextMessage(); event != null; event = this.stream
				.nextMessage()) {
				add(event);
			}
		}

		private void add(RawEventStream.Event event) {
			this.messages.add(JsonMapper.shared().readTree(event.data()).get("data").asString());
		}

		private void close() {
			this.stream.close();
		}

	}

}
