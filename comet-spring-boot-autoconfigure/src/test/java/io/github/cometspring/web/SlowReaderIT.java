package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Stalled and slow clients of streams (protocol, section 6).
 */
@AlsoOnIoUring
class SlowReaderIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration WRITE_TIMEOUT = Duration.ofSeconds(2);

	// A stalled write is checked once in each timeout. The rest is for a busy machine.
	private static final Duration LATEST_CUT = WRITE_TIMEOUT.multipliedBy(2).plusSeconds(20);

	private static final int HISTORY = 300;

	private static final int MESSAGE_SIZE = 60_000;

	private static final int LONG_MESSAGE = 8 * 1024 * 1024;

	private static final String FILLER = "x".repeat(MESSAGE_SIZE);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private Channel channel;

	private final List<AutoCloseable> open = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.write-timeout=" + WRITE_TIMEOUT,
				"comet.heartbeat=1m", "comet.max-message-size=8MB");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void create(TestInfo test) {
		this.channel = Objects.requireNonNull(server.channels()
			.create(test.getTestMethod().orElseThrow().getName() + System.nanoTime(),
					ChannelSettings.DEFAULT.withHistorySize(HISTORY))
			.block(PATIENCE));
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		Await.until(() -> connections() == 0 && this.channel.subscribers() == 0);
		this.channel.close().block(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientWhenItDoesNotReadShouldBeCutAfterWriteTimeout(Transport transport) {
		StalledClient client = stall(transport);
		long begin = System.nanoTime();
		publish(0, 50);
		long published = System.nanoTime();
		Await.within(LATEST_CUT, () -> this.channel.subscribers() == 0 && connections() == 0);
		assertThat(Duration.ofNanos(System.nanoTime() - begin)).isGreaterThanOrEqualTo(WRITE_TIMEOUT);
		assertThat(Duration.ofNanos(System.nanoTime() - published)).isLessThan(LATEST_CUT);
		assertThat(client.connection().drain()).isTrue();
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientWhenCutShouldResumeWithAllThatItMissed(Transport transport) {
		StalledClient client = stall(transport);
		publish(0, HISTORY);
		Await.within(LATEST_CUT, () -> this.channel.subscribers() == 0);
		assertThat(read(transport, client.cursor(), HISTORY)).isEqualTo(numbers(0, HISTORY));
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientWhenCutAndHistoryIsOverrunShouldResumeWithGap(Transport transport) {
		StalledClient client = stall(transport);
		publish(0, HISTORY + 1);
		Await.within(LATEST_CUT, () -> this.channel.subscribers() == 0);
		List<String> expected = new ArrayList<>(List.of("gap"));
		expected.addAll(numbers(1, HISTORY + 1));
		assertThat(read(transport, client.cursor(), HISTORY + 1)).isEqualTo(expected);
	}

	@OneNodeOnly("deliver() waits for the clients of its own node")
	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void deliverWhenClientDoesNotReadShouldFailWhenItIsCut(Transport transport) {
		stall(transport);
		publish(0, 50);
		RawEventStream good = RawEventStream.open(server.port(), "channel=" + this.channel.id());
		this.open.add(good);
		Await.until(() -> this.channel.subscribers() == 2);
		CompletableFuture<Outcome> outcome = this.channel.deliver("delivered").toFuture();
		good.next();
		assertThat(Objects.requireNonNull(good.nextMessage()).data()).contains("delivered");
		assertThat(outcome).isNotDone();
		assertThat(outcome).succeedsWithin(LATEST_CUT).satisfies((counts) -> {
			assertThat(counts.delivered()).isEqualTo(1);
			assertThat(counts.failed()).isEqualTo(1);
		});
		Await.until(() -> this.channel.subscribers() == 1);
	}

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientWhenItReadsSlowlyShouldNotBeCut(Transport transport) {
		StalledClient client = stall(transport);
		// One message, which takes longer than the test: only its bytes show progress.
		this.channel.publish("x".repeat(LONG_MESSAGE - 2)).block(PATIENCE);
		int read = 0;
		long begin = System.nanoTime();
		while (System.nanoTime() - begin < WRITE_TIMEOUT.multipliedBy(3).toNanos()) {
			// The server notices progress when a third of its buffer is free, so this is
			// many times in each timeout, on a busy machine too.
			assertThat(client.read(SmallBuffers.SIZE / 2)).isTrue();
			read += SmallBuffers.SIZE / 2;
			LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
		}
		assertThat(read).isLessThan(LONG_MESSAGE);
		assertThat(this.channel.subscribers()).isEqualTo(1);
	}

	@Test
	void socketWhenItChangesChannelsAndDoesNotReadShouldBeCut() {
		StalledClient client = stall(Transport.WEBSOCKET);
		publish(0, 50);
		// A batch of the first subscription is in flight, so the change has to wait.
		assertThat(client.read(2048)).isTrue();
		client.connection().send(text("{\"unsubscribe\":[\"" + this.channel.id() + "\"]}"));
		client.connection().send(text("{\"subscribe\":[\"" + this.channel.id() + "\"]}"));
		Await.within(LATEST_CUT, () -> this.channel.subscribers() == 0 && connections() == 0);
		assertThat(client.connection().drain()).isTrue();
	}

	private static byte[] text(String text) {
		return RawWebSocket.frame(0x81, true, text.getBytes(StandardCharsets.US_ASCII));
	}

	private StalledClient stall(Transport transport) {
		StalledClient client = StalledClient.of(transport, server.port(), this.channel.id());
		this.open.add(client);
		assertThat(this.channel.subscribers()).isEqualTo(1);
		return client;
	}

	private void publish(int first, int end) {
		for (int i = first; i < end; i++) {
			this.channel.publish(i + ":" + FILLER).block(PATIENCE);
		}
	}

	/**
	 * The numbers of the messages after a cursor, and gaps.
	 */
	private List<String> read(Transport transport, String cursor, int count) {
		String prefix = this.channel.id();
		return new Reader(server.port(), cursor).read(transport, List.of(this.channel.id()), count)
			.stream()
			.map((event) -> event.substring(prefix.length() + 1).split(":")[0])
			.toList();
	}

	private static List<String> numbers(int first, int end) {
		return IntStream.range(first, end).mapToObj(String::valueOf).toList();
	}

	private static int connections() {
		return server.connections(Transport.SSE) + server.connections(Transport.WEBSOCKET);
	}

}
