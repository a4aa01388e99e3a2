package io.github.cometspring.redis;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Message;
import io.github.cometspring.redis.ChaosFailures.Failure;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Nginx;
import io.github.cometspring.testing.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two nodes behind nginx without stickiness, clients of all dialects, and a failure every
 * ten seconds. Not part of the build; {@code docs/scaling.md} has the command. The system
 * property {@code comet.chaos.minutes} is the duration, {@code comet.test.seed} the seed
 * of the order.
 * <p>
 * With {@code comet.chaos.without}, the name of a {@link Safeguard} in small letters with
 * hyphens, the nodes lack it, and only those failures occur that it protects against. The
 * run fails then.
 */
class ChaosRun {

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private static final Duration BETWEEN_FAILURES = Duration.ofSeconds(10);

	private static final Duration BETWEEN_MESSAGES = Duration.ofMillis(50);

	private static final int CLIENTS = 200;

	/** How long a node may take to receive what is published. */
	private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

	private static final List<String> CHANNELS = List.of("prices", "headlines");

	/**
	 * A channel without clients. A client that comes from another node makes this node
	 * read the channel, which would hide that it receives nothing.
	 */
	private static final String PULSE = "pulse";

	private static final int MAX_REPORTED = 20;

	private final long seed = Long.getLong("comet.test.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	private final long begun = System.nanoTime();

	private final @Nullable Safeguard without = safeguard(System.getProperty("comet.chaos.without", ""));

	private final List<ChaosRecord> records = CHANNELS.stream().map(ChaosRecord::new).toList();

	private final ChaosRecord pulse = new ChaosRecord(PULSE);

	private final List<ChaosRecord> all = Stream.concat(this.records.stream(), Stream.of(this.pulse)).toList();

	private final List<ChaosNode> nodes = new ArrayList<>();

	private final List<ChaosClient> clients = new ArrayList<>();

	private final List<Thread> threads = new ArrayList<>();

	private volatile boolean publishing = true;

	private RedisServer redis;

	private Nginx nginx;

	@BeforeEach
	void start() throws IOException {
		this.redis = RedisServer.start("--appendonly", "yes", "--auto-aof-rewrite-percentage", "0");
		for (int i = 0; i < 2; i++) {
			this.nodes.add(new ChaosNode(this.redis.port(), this.all.stream().map(ChaosRecord::name).toList(),
					this::received, this.without));
		}
		this.nginx = Nginx.start(this.nodes.stream().map(ChaosNode::port).toList());
	}

	@AfterEach
	void stop() {
		this.publishing = false;
		this.clients.forEach(ChaosClient::stop);
		if (this.nginx != null) {
			this.nginx.close();
		}
		this.nodes.forEach(ChaosNode::close);
		if (this.redis != null) {
			this.redis.close();
		}
	}

	private void received(Channel channel, Message message) {
		log(channel.id()).note(message.position(), message.data());
	}

	private ChaosRecord log(String name) {
		return name.equals(PULSE) ? this.pulse : this.records.get(CHANNELS.indexOf(name));
	}

	private static @Nullable Safeguard safeguard(String name) {
		return name.isEmpty() ? null : Safeguard.valueOf(name.replace('-', '_').toUpperCase(Locale.ROOT));
	}

	@Test
	void clientsShouldReceiveEachMessageOnceOrAReportOfAGap() throws InterruptedException {
		long lasts = TimeUnit.MINUTES.toNanos(Long.getLong("comet.chaos.minutes", 1));
		say("comet.test.seed=" + this.seed + ((this.without != null) ? ", without " + this.without : ""));
		for (int i = 0; i < CLIENTS; i++) {
			ChaosClient client = new ChaosClient(Transport.values()[i % Transport.values().length], this.nginx.port(),
					CHANNELS, this.random.nextLong());
			this.clients.add(client);
			this.threads.add(client.start());
		}
		List<Thread> publishers = this.all.stream().map(this::startPublisher).toList();
		// To a client without a position no gap is reported.
		awaitPositions();
		this.nodes.forEach(this::startWatch);
		ChaosFailures possible = new ChaosFailures(this.redis, this.nodes, this.records, this.random);
		List<Failure> failures = (this.without != null) ? possible.harmfulWithout(this.without) : possible.all();
		Deque<Failure> next = new ArrayDeque<>();
		int made = 0;
		long start = System.nanoTime();
		for (long time = start; time < start + lasts; time += BETWEEN_FAILURES.toNanos()) {
			if (next.isEmpty()) {
				List<Failure> shuffled = new ArrayList<>(failures);
				Collections.shuffle(shuffled, this.random);
				next.addAll(shuffled);
			}
			// After another one the node would reconnect, and receive messages again.
			if (this.without != Safeguard.PROBE || made == 0) {
				make(next.remove());
				made++;
			}
			LockSupport.parkNanos(time + BETWEEN_FAILURES.toNanos() - System.nanoTime());
		}
		awaitAcknowledged();
		this.publishing = false;
		for (Thread publisher : publishers) {
			publisher.join(PATIENCE.toMillis());
		}
		this.records.forEach((log) -> Await.within(PATIENCE, () -> {
			log.publish(this.nodes.get(0).channel(log.name())::publish);
			return log.lastAcknowledged() == log.published();
		}));
		verify(made);
	}

	private void awaitPositions() {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		for (ChaosClient client : this.clients) {
			while (!CHANNELS.stream().allMatch((channel) -> client.hasReached(channel, 1))) {
				assertThat(System.nanoTime()).as("a client of %s without messages; failures: %s", client, failures())
					.isLessThan(deadline);
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
			}
		}
	}

	private Thread startPublisher(ChaosRecord log) {
		Thread thread = new Thread(() -> {
			for (int i = 0; this.publishing; i++) {
				log.publish(this.nodes.get(i % this.nodes.size()).channel(log.name())::publish);
				LockSupport.parkNanos(BETWEEN_MESSAGES.toNanos());
			}
		}, "publisher");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/**
	 * Records a violation if a node does not receive what is published on the channel
	 * without clients.
	 */
	private void startWatch(ChaosNode node) {
		Thread thread = new Thread(() -> {
			int awaited = 0;
			for (long since = System.nanoTime(); this.publishing; LockSupport.parkNanos(BETWEEN_MESSAGES.toNanos())) {
				if (node.received(PULSE) >= awaited) {
					awaited = this.pulse.lastAcknowledged();
					since = System.nanoTime();
				}
				else if (System.nanoTime() - since > LONGEST_SILENCE.toNanos()) {
					this.pulse.violate("Node %d has not received %d for %s".formatted(this.nodes.indexOf(node), awaited,
							LONGEST_SILENCE));
				}
			}
		}, "watch");
		thread.setDaemon(true);
		thread.start();
	}

	private void make(Failure failure) {
		say(failure.name());
		List<Integer> before = this.records.stream().map(ChaosRecord::published).toList();
		failure.action().run();
		if (failure.loses()) {
			awaitAcknowledged();
			for (int i = 0; i < before.size(); i++) {
				this.records.get(i).lost(before.get(i), this.records.get(i).lastAcknowledged());
			}
		}
	}

	/**
	 * Waits until a number has been acknowledged that is published from now on.
	 */
	private void awaitAcknowledged() {
		for (ChaosRecord log : this.records) {
			int published = log.published();
			Await.within(PATIENCE, () -> log.lastAcknowledged() > published);
		}
	}

	private void verify(int failures) throws InterruptedException {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		for (ChaosClient client : this.clients) {
			while (!hasAll(client) && System.nanoTime() < deadline) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
			}
		}
		this.clients.forEach(ChaosClient::stop);
		for (Thread thread : this.threads) {
			thread.join(PATIENCE.toMillis());
		}
		say("%d clients, %d failures, %d connections of clients failed; messages: %d acknowledged, %d refused, %d unknown"
			.formatted(CLIENTS, failures, failures().values().stream().mapToInt(Integer::intValue).sum(),
					this.records.stream().mapToInt(ChaosRecord::acknowledged).sum(),
					this.records.stream().mapToInt(ChaosRecord::refused).sum(),
					this.records.stream().mapToInt(ChaosRecord::unknown).sum()));
		if (Boolean.getBoolean("comet.chaos.verbose")) {
			failures().forEach((reason, count) -> say("%d times %s".formatted(count, reason)));
		}
		List<String> wrong = new ArrayList<>();
		this.all.forEach((log) -> wrong.addAll(log.violations()));
		this.clients.forEach((client) -> wrong.addAll(client.verify(this.records)));
		assertThat(wrong.stream().limit(MAX_REPORTED))
			.as("%d faults, of which these are some; comet.test.seed=%d", wrong.size(), this.seed)
			.isEmpty();
		say("each acknowledged message once and in order, %d gaps reported where something had been lost, and nowhere else; "
			.formatted(this.clients.stream().mapToLong(ChaosClient::gaps).sum()) + "no position twice");
	}

	private Map<String, Integer> failures() {
		Map<String, Integer> all = new TreeMap<>();
		this.clients
			.forEach((client) -> client.failures().forEach((reason, count) -> all.merge(reason, count, Integer::sum)));
		return all;
	}

	private boolean hasAll(ChaosClient client) {
		return this.records.stream().allMatch((log) -> client.hasReached(log.name(), log.lastAcknowledged()));
	}

	private void say(String text) {
		System.out.printf("%4d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - this.begun), text);
	}

}
