package io.github.cometspring.soak;

import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.subscription.Leftovers;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.SmallBuffers;
import io.github.cometspring.testing.TcpProxy;
import io.github.cometspring.web.ClientSockets;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server, a crowd that comes and goes, and publishers that never pause. When the crowd
 * has gone, nothing may be left of it.
 */
final class Soak implements AutoCloseable {

	private static final int CLIENTS_ON_A_CHANNEL = 48;

	private static final int CLIENTS_ON_A_PASSING_CHANNEL = 96;

	private static final int FILLER = 150;

	private static final Duration INTERVAL = Duration.ofMillis(20);

	/** How often unreachable buffers are looked for. */
	private static final int LEAK_CHECKS = 10;

	private final SoakPlan plan;

	private final Random random;

	private final ResourceLeakDetector.Level leakLevel = ResourceLeakDetector.getLevel();

	private final long begun = System.nanoTime();

	private final CometServer server;

	private final TcpProxy proxy;

	private Soak(SoakPlan plan, long seed, String... properties) {
		this.plan = plan;
		this.random = new Random(seed);
		ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
		String[] all = Arrays.copyOf(
				new String[] { "comet.timeout=" + plan.beat(), "comet.heartbeat=" + plan.beat(),
						"comet.write-timeout=" + plan.beat().multipliedBy(2), "comet.history.size=100" },
				4 + properties.length);
		System.arraycopy(properties, 0, all, 4, properties.length);
		this.server = CometServer.start(new Class<?>[] { SmallBuffers.class }, all);
		this.proxy = new TcpProxy(this.server.port());
		say("comet.test.seed=%d, %d clients", seed, plan.clients());
	}

	/**
	 * Starts the server.
	 * @param plan how large the soak is
	 * @param seed what happens when
	 * @param properties further properties of the server
	 * @return the soak, to be closed
	 */
	static Soak start(SoakPlan plan, long seed, String... properties) {
		return new Soak(plan, seed, properties);
	}

	/**
	 * Lets the crowd come and go, checks that each client got each message or was told of
	 * a gap, and that nothing is left of any of them.
	 * @param plan how long
	 * @param habits how the clients behave
	 * @return the memory in use afterwards
	 */
	Memory run(SoakPlan plan, Habits habits) throws InterruptedException {
		try (Feeds feeds = new Feeds(this.server.bean(Channels.class),
				Math.max(2, plan.clients() / CLIENTS_ON_A_CHANNEL),
				Math.max(2, plan.clients() / CLIENTS_ON_A_PASSING_CHANNEL), FILLER, plan.pause())) {
			try (Crowd crowd = new Crowd(this.server.port(), this.proxy.port(), feeds, habits, plan.threads())) {
				crowd.come(plan.clients(), this.random, plan.longestLife());
				feeds.begin();
				disturb(plan, feeds);
				boolean arrived = crowd.awaitArrival(plan.patience());
				feeds.stop();
				say("%d messages published, %d channels closed; %s", feeds.published(), feeds.closed(), crowd.counts());
				assertThat(crowd.violations()).isEmpty();
				assertThat(feeds.failure()).isNull();
				assertThat(arrived).as("%d of %d clients have arrived", crowd.arrivals(), crowd.size()).isTrue();
			}
			this.proxy.cut();
			assertNobodyIsLeft(feeds);
		}
		return assertNothingIsLeft();
	}

	private void disturb(SoakPlan plan, Feeds feeds) {
		long start = System.nanoTime();
		for (int i = 1; i <= plan.commands() + 1; i++) {
			double next = (double) i / (plan.commands() + 1);
			long last = feeds.published();
			long changedAt = System.nanoTime();
			while (plan.progress(feeds.published(), start) < next) {
				LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(1));
				long published = feeds.published();
				changedAt = (published != last) ? System.nanoTime() : changedAt;
				last = published;
				assertThat(System.nanoTime() - changedAt).as("time without a publication")
					.isLessThan(plan.patience().toNanos());
			}
			if (i <= plan.commands()) {
				command(i);
			}
		}
	}

	private void command(int number) {
		switch (number % 4) {
			case 1 -> this.server.control().setTimeout(this.plan.beat(), true).block(this.plan.patience());
			case 2 -> this.proxy.forget();
			case 3 -> {
				this.server.control().deactivate().block(this.plan.patience());
				for (Transport transport : Transport.values()) {
					Await.within(this.plan.patience(), () -> this.server.connections(transport) == 0);
				}
				this.server.control().activate().block(this.plan.patience());
			}
			default -> this.proxy.cutAfter(10_000);
		}
	}

	private void assertNobodyIsLeft(Feeds feeds) {
		for (Transport transport : Transport.values()) {
			Await.within(this.plan.patience(), () -> this.server.connections(transport) == 0);
		}
		Await.within(this.plan.patience(), () -> feeds.subscribers() == 0);
	}

	/**
	 * Checks what the server keeps when all clients and channels have gone.
	 */
	private Memory assertNothingIsLeft() {
		Leftovers leftovers = new Leftovers(this.server.bean(Subscriptions.class),
				this.server.bean(ClientSockets.class).writeDeadlines());
		Awaitility.await()
			.pollInterval(INTERVAL)
			.atMost(this.plan.patience())
			.untilAsserted(() -> assertThat(leftovers.describe()).isEmpty());
		for (int i = 0; i < LEAK_CHECKS; i++) {
			System.gc();
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
			// Netty reports leaks when it allocates.
			ByteBufAllocator.DEFAULT.directBuffer(64).release();
		}
		Memory memory = Memory.inUse();
		say("nothing left; %s in use", memory);
		return memory;
	}

	void say(String format, Object... arguments) {
		System.out.printf("%4d s  %s%n", TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - this.begun),
				format.formatted(arguments));
	}

	@Override
	public void close() {
		this.proxy.close();
		this.server.close();
		ResourceLeakDetector.setLevel(this.leakLevel);
	}

}
