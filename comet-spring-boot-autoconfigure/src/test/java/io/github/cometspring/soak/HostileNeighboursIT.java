package io.github.cometspring.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.soak.HostileClient.Kind;
import io.github.cometspring.subscription.Leftovers;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.SmallBuffers;
import io.github.cometspring.web.ClientSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hostile clients of many kinds beside as many good ones, in rounds between quiet rounds.
 * The build has a hundred of each and a generous bound; {@code comet.hostile.clients} and
 * {@code comet.hostile.millis} set others.
 */
class HostileNeighboursIT {

	private static final int CLIENTS = Integer.getInteger("comet.hostile.clients", 100);

	/** What is added to twice the latency of quiet rounds. */
	private static final Duration ALLOWANCE = Duration.ofMillis(Long.getLong("comet.hostile.millis", 100));

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Duration BEAT = Duration.ofSeconds(5);

	private static final Duration COMING = Duration.ofMillis(500);

	private static final int CLIENTS_ON_A_CHANNEL = 48;

	private static final int ROUNDS = 3;

	/** The rounds are repeated, as another process may have had the machine. */
	private static final int ATTEMPTS = 3;

	private static final int MESSAGES = 150;

	private static final long BETWEEN_MESSAGES = TimeUnit.MILLISECONDS.toNanos(3);

	@RegisterExtension
	static final QuietLog log = new QuietLog("reactor.netty.http.server.HttpServerOperations");

	private final Random random = new Random(Long.getLong("comet.test.seed", System.nanoTime()));

	private final Latencies latencies = new Latencies();

	private long expected;

	@Test
	@Timeout(value = 10, unit = TimeUnit.MINUTES)
	void goodClientsBesideHostileOnesShouldBeServedAsIfAlone() {
		try (CometServer server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.timeout=" + BEAT,
				"comet.heartbeat=" + BEAT, "comet.write-timeout=2s")) {
			try (Feeds feeds = new Feeds(server.bean(Channels.class), Math.max(2, CLIENTS / CLIENTS_ON_A_CHANNEL), 0,
					50, Duration.ZERO)) {
				try (Crowd good = new Crowd(server.port(), 0, feeds, Habits.steady(BEAT, this.latencies::add), 1)) {
					good.come(CLIENTS, this.random, COMING);
					Await.within(PATIENCE, () -> feeds.subscribers() == CLIENTS);
					round(feeds, good);
					boolean within = false;
					for (int i = 0; i < ATTEMPTS && !within; i++) {
						within = isWithinBound(server, feeds, good);
					}
					assertThat(within).as("twice the latency of quiet rounds, and %s", ALLOWANCE).isTrue();
					assertThat(good.violations()).isEmpty();
					assertThat(good.counts().toString()).doesNotContain("gaps", "ended by the server");
				}
				Await.within(PATIENCE, () -> feeds.subscribers() == 0);
			}
			Leftovers leftovers = new Leftovers(server.bean(Subscriptions.class),
					server.bean(ClientSockets.class).writeDeadlines());
			Await.within(PATIENCE, () -> leftovers.describe().isEmpty());
		}
		assertThat(log.ownMessages()).isEmpty();
	}

	private boolean isWithinBound(CometServer server, Feeds feeds, Crowd good) {
		List<Duration> quiet = new ArrayList<>();
		List<Duration> beside = new ArrayList<>();
		for (int i = 0; i < ROUNDS; i++) {
			quiet.add(round(feeds, good));
			ClientLoop loop = new ClientLoop((ex) -> good.violated(ex.toString()));
			List<HostileClient> hostile = attack(loop, server.port(), feeds);
			beside.add(round(feeds, good));
			retreat(loop, hostile);
			Await.within(PATIENCE,
					() -> Arrays.stream(Transport.values()).mapToInt(server::connections).sum() <= CLIENTS
							&& feeds.subscribers() <= CLIENTS);
		}
		Duration limit = median(quiet).multipliedBy(2).plus(ALLOWANCE);
		System.out.printf("p99 of %d good clients: %s alone, %s beside %d hostile ones%n", CLIENTS, quiet, beside,
				CLIENTS);
		return median(beside).compareTo(limit) <= 0;
	}

	private List<HostileClient> attack(ClientLoop loop, int port, Feeds feeds) {
		List<HostileClient> hostile = new ArrayList<>();
		AtomicInteger acts = new AtomicInteger();
		for (int i = 0; i < CLIENTS; i++) {
			HostileClient client = new HostileClient(loop, port, Kind.values()[i % Kind.values().length],
					feeds.staying(i).name(), acts, this.random.nextLong());
			hostile.add(client);
			loop.execute(client::come);
		}
		Await.within(PATIENCE, () -> acts.get() >= CLIENTS);
		return hostile;
	}

	private static void retreat(ClientLoop loop, List<HostileClient> hostile) {
		CountDownLatch gone = new CountDownLatch(1);
		loop.execute(() -> {
			hostile.forEach(HostileClient::stop);
			gone.countDown();
		});
		Await.within(PATIENCE, () -> gone.getCount() == 0);
		loop.close();
	}

	/**
	 * Publishes, and waits until each client has each message.
	 * @return the 99th percentile of the time from the publication to the client
	 */
	private Duration round(Feeds feeds, Crowd good) {
		this.latencies.reset();
		for (int i = 0; i < MESSAGES; i++) {
			feeds.staying().get(i % feeds.staying().size()).publish();
			LockSupport.parkNanos(BETWEEN_MESSAGES);
		}
		for (int i = 0; i < CLIENTS; i++) {
			int share = i / Transport.values().length % feeds.staying().size();
			long rest = (share < MESSAGES % feeds.staying().size()) ? 1 : 0;
			this.expected += rest + MESSAGES / feeds.staying().size();
		}
		Await.within(PATIENCE, () -> good.counts().messages() >= this.expected);
		assertThat(good.counts().messages()).isEqualTo(this.expected);
		return this.latencies.percentile();
	}

	private static Duration median(List<Duration> durations) {
		return durations.stream().sorted().toList().get(durations.size() / 2);
	}

	/**
	 * The latencies of one round.
	 */
	private static final class Latencies {

		private static final int CAPACITY = 1 << 20;

		private final long[] nanos = new long[CAPACITY];

		private int size;

		synchronized void add(long latency) {
			if (this.size < CAPACITY) {
				this.nanos[this.size++] = latency;
			}
		}

		synchronized void reset() {
			this.size = 0;
		}

		synchronized Duration percentile() {
			long[] sorted = Arrays.copyOf(this.nanos, this.size);
			Arrays.sort(sorted);
			return Duration.ofNanos(sorted[sorted.length * 99 / 100]);
		}

	}

}
