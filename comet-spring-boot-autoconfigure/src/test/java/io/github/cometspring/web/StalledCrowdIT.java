package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A thousand clients that do not read, beside one that does (protocol, section 6).
 */
@OneNodeOnly("Measures the memory and the latency of one server")
@SetsFastPath
class StalledCrowdIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final long MEGABYTE = 1024 * 1024;

	private static final int CROWD = 1_000;

	private static final int HISTORY = 20;

	private static final int ROUNDS = 3;

	private static final int MESSAGES = 500;

	private static final String LARGE = "x".repeat(60_000);

	// The noise of a busy machine with two cores
	private static final Duration NOISE = Duration.ofMillis(5);

	// The memory of one client at a position of its own: a batch of 64 KB as messages, as
	// JSON, as written bytes and in a buffer, and half as much again for the rest
	private static final long BATCHES = 6 * 64 * 1024;

	private static final long FLAT = 16 * MEGABYTE;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	@Timeout(value = 3, unit = TimeUnit.MINUTES)
	void clientWhenThousandOthersDoNotReadShouldBeServedAsIfAlone(Transport transport) throws Exception {
		try (CometServer server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.write-timeout=10m",
				"comet.heartbeat=1m")) {
			Channel channel = Objects.requireNonNull(
					server.channels().create("a", ChannelSettings.DEFAULT.withHistorySize(HISTORY)).block(PATIENCE));
			List<Duration> alone = new ArrayList<>();
			List<Duration> beside = new ArrayList<>();
			List<Memory> cost = new ArrayList<>();
			List<Memory> growth = new ArrayList<>();
			percentile(transport, server, channel);
			for (int i = 0; i < ROUNDS; i++) {
				alone.add(percentile(transport, server, channel));
				Memory without = Memory.inUse();
				try (CrowdProcess crowd = CrowdProcess.start(transport, server.port(), channel.id(), CROWD)) {
					publish(channel, 2 * HISTORY);
					Memory before = Memory.inUse();
					cost.add(before.since(without));
					beside.add(percentile(transport, server, channel));
					publish(channel, 10 * HISTORY);
					growth.add(Memory.inUse().since(before));
					assertThat(channel.subscribers()).isEqualTo(CROWD);
					assertThat(crowd.isAlive()).isTrue();
				}
				Await.until(() -> channel.subscribers() == 0);
			}
			System.out.printf(
					"p99 alone %s, beside %d stalled clients (%s) %s; they cost %s, and after %d MB more %s%n", alone,
					CROWD, transport, beside, cost, 12, growth);
			// Noise of the machine adds to single rounds. A crowd that has a cost adds it
			// to all rounds.
			assertThat(Collections.min(beside)).isLessThan(Collections.min(alone).multipliedBy(2).plus(NOISE));
			assertThat(cost).allMatch((memory) -> memory.growth() < CROWD * BATCHES);
			assertThat(growth).allMatch((memory) -> memory.growth() < FLAT);
		}
	}

	/**
	 * The 99th percentile of the time from the publication to the client.
	 */
	private static Duration percentile(Transport transport, CometServer server, Channel channel) throws Exception {
		int others = channel.subscribers();
		long[] times = new long[MESSAGES];
		try (ReadingClient good = ReadingClient.of(transport, server.port(), channel.id())) {
			for (int i = 0; i < MESSAGES; i++) {
				long begin = System.nanoTime();
				channel.publish("good " + i).subscribe();
				assertThat(good.next.get()).contains("good " + i);
				times[i] = System.nanoTime() - begin;
			}
		}
		Await.until(() -> channel.subscribers() == others);
		Arrays.sort(times);
		return Duration.ofNanos(times[MESSAGES * 99 / 100]);
	}

	private static void publish(Channel channel, int count) {
		for (int i = 0; i < count; i++) {
			channel.publish(i + LARGE).block(PATIENCE);
		}
	}

	/**
	 * A client that reads.
	 *
	 * @param next reads a message
	 * @param connection its connection
	 */
	private record ReadingClient(Supplier<String> next, RawConnection connection) implements AutoCloseable {

		private static ReadingClient of(Transport transport, int port, String channel) {
			if (transport == Transport.SSE) {
				RawEventStream stream = RawEventStream.open(port, "channel=" + channel);
				stream.next();
				return new ReadingClient(() -> Objects.requireNonNull(stream.nextMessage()).data(),
						stream.connection());
			}
			RawWebSocket socket = RawWebSocket.open(port);
			socket.send("{\"subscribe\":[\"" + channel + "\"]}").text();
			return new ReadingClient(socket::text, socket.connection());
		}

		@Override
		public void close() {
			this.connection.close();
		}

	}

}
