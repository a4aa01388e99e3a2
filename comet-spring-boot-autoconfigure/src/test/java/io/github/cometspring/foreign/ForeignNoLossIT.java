package io.github.cometspring.foreign;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.Threads;
import io.github.cometspring.web.Reader;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes of a cluster whose feeds lag, drop entries, and are interrupted now and then.
 * A client that changes between the nodes and dialects gets every message once and in
 * order. It is told about a gap if, and only if, the cluster itself has lost messages.
 */
class ForeignNoLossIT {

	// An unavailable broker is logged once a minute
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final List<String> CHANNELS = List.of("a", "b", "c");

	private static final int CLIENTS = 6;

	private static final int MESSAGES = 400;

	private static final Scheduler NETWORK = Schedulers.newParallel("network", 2, true);

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	private final AtomicIntegerArray published = new AtomicIntegerArray(CHANNELS.size());

	private final AtomicInteger refusals = new AtomicInteger();

	private final AtomicLong received = new AtomicLong();

	private final AtomicInteger gaps = new AtomicInteger();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void clientsShouldGetEveryMessageOnceAndInOrder(boolean forgetting)
			throws ExecutionException, InterruptedException, TimeoutException {
		System.out.println("comet.test.seed=" + this.seed);
		String[] properties = { "comet.history.size=5000", "comet.timeout=100ms", "comet.heartbeat=100ms",
				"comet.max-response-size=2KB" };
		ForeignCluster cluster = new ForeignCluster(null, NETWORK);
		Node.cluster = cluster;
		try (CometServer first = CometServer.start(new Class<?>[] { Node.class }, properties);
				CometServer second = CometServer.start(new Class<?>[] { Node.class }, properties)) {
			List<CometServer> nodes = List.of(first, second);
			CHANNELS.forEach(first::create);
			AtomicBoolean publishing = new AtomicBoolean(true);
			Threads.run(CLIENTS + 2, (thread) -> {
				Random random = new Random(this.seed + thread);
				if (thread < CLIENTS) {
					new Follower(random, nodes, forgetting).run(publishing);
				}
				else if (thread == CLIENTS) {
					try {
						publish(nodes, random, forgetting ? cluster : null);
					}
					finally {
						publishing.set(false);
					}
				}
				else {
					disturb(cluster, nodes, random, publishing);
				}
			});
		}
		System.out.println(this.received + " entries, " + this.gaps + " gaps, " + this.refusals + " refusals");
		assertThat(this.received.get()).isGreaterThan(CLIENTS * MESSAGES);
		assertThat(this.gaps.get() > 0).isEqualTo(forgetting);
	}

	/**
	 * Publishes numbers through either node, and lets the cluster lose some of them if
	 * there is one.
	 */
	private void publish(List<CometServer> nodes, Random random, @Nullable ForeignCluster forgetting) {
		for (int i = 0; i < MESSAGES * CHANNELS.size(); i++) {
			int channel = random.nextInt(CHANNELS.size());
			String id = CHANNELS.get(channel);
			int next = this.published.get(channel) + 1;
			try {
				ForeignBroker node = nodes.get(random.nextInt(nodes.size())).bean(ForeignBroker.class);
				ChannelLog log = node.find(id).block(PATIENCE);
				assertThat(log).isNotNull();
				log.append(String.valueOf(next)).block(PATIENCE);
				this.published.set(channel, next);
			}
			catch (BrokerUnavailableException ex) {
				// It is not published: this cluster fails before it does anything.
			}
			if (forgetting != null && random.nextInt(60) == 0) {
				forgetting.forget(id, random.nextBoolean());
			}
			LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(500));
		}
	}

	private static void disturb(ForeignCluster cluster, List<CometServer> nodes, Random random,
			AtomicBoolean publishing) {
		nodes.forEach((node) -> {
			Random dropping = new Random(random.nextLong());
			node.bean(ForeignBroker.class).drop((entry) -> dropping.nextInt(10) == 0);
		});
		while (publishing.get()) {
			ForeignBroker node = nodes.get(random.nextInt(nodes.size())).bean(ForeignBroker.class);
			switch (random.nextInt(3)) {
				case 0 -> {
					node.hold();
					pause(random, 30);
					node.release();
				}
				case 1 -> {
					cluster.setAway(true);
					pause(random, 10);
					cluster.setAway(false);
				}
				default -> pause(random, 60);
			}
		}
	}

	private static void pause(Random random, int millis) {
		LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1 + random.nextInt(millis)));
	}

	/**
	 * Goes from node to node.
	 */
	private final class Follower {

		private final Random random;

		private final List<CometServer> nodes;

		private final boolean mayMiss;

		private final Map<String, Integer> last = new HashMap<>();

		/**
		 * The channels for which a gap has been reported since the last message.
		 */
		private final Set<String> missed = new HashSet<>();

		private String cursor = Cursor.EARLIEST.token();

		private Follower(Random random, List<CometServer> nodes, boolean mayMiss) {
			this.random = random;
			this.nodes = nodes;
			this.mayMiss = mayMiss;
		}

		private void run(AtomicBoolean publishing) {
			while (publishing.get()) {
				read();
			}
			long deadline = System.nanoTime() + PATIENCE.toNanos();
			while (!hasAll()) {
				assertThat(System.nanoTime() - deadline)
					.as("seed %d: %s of %s", ForeignNoLossIT.this.seed, this.last, ForeignNoLossIT.this.published)
					.isNegative();
				read();
			}
		}

		private boolean hasAll() {
			for (int i = 0; i < CHANNELS.size(); i++) {
				int published = ForeignNoLossIT.this.published.get(i);
				// The last message may be lost, too.
				if (!this.mayMiss && this.last.getOrDefault(CHANNELS.get(i), 0) != published) {
					return false;
				}
			}
			return true;
		}

		private void read() {
			Reader reader = new Reader(this.nodes.get(this.random.nextInt(this.nodes.size())).port(), this.cursor);
			Transport transport = Transport.values()[this.random.nextInt(4)];
			List<String> received;
			try {
				received = reader.read(transport, CHANNELS, 1 + this.random.nextInt(40));
			}
			catch (RuntimeException ex) {
				// Refused: it tries again with its cursor, so a WebSocket may send
				// messages again.
				ForeignNoLossIT.this.refusals.incrementAndGet();
				return;
			}
			this.cursor = reader.cursor();
			for (String item : received) {
				String channel = item.substring(0, 1);
				String what = item.substring(2);
				if (item.startsWith("!gap", 1)) {
					assertThat(this.mayMiss).as("seed %d: a gap without a loss", ForeignNoLossIT.this.seed).isTrue();
					this.missed.add(channel);
					ForeignNoLossIT.this.gaps.incrementAndGet();
					continue;
				}
				int number = Integer.parseInt(what);
				int before = this.last.getOrDefault(channel, 0);
				String context = "seed %d, %s after %d: %s".formatted(ForeignNoLossIT.this.seed, transport, before,
						received);
				// The earliest message of a channel that has lost some need not be the
				// first.
				boolean begins = before == 0 && this.mayMiss;
				if (this.missed.remove(channel) || begins) {
					assertThat(number).as(context).isGreaterThan(before);
				}
				else {
					assertThat(number).as(context).isEqualTo(before + 1);
				}
				this.last.put(channel, number);
				ForeignNoLossIT.this.received.incrementAndGet();
			}
		}

	}

	/**
	 * An application that replaces the broker by a node of the cluster.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Node {

		private static volatile @Nullable ForeignCluster cluster;

		@Bean(destroyMethod = "dispose")
		ForeignBroker foreignBroker() {
			return new ForeignBroker(Objects.requireNonNull(cluster), NETWORK);
		}

	}

}
