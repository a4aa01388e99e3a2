package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;

/**
 * {@link Channel#subscriberCounts()} with real threads, which look after a client has
 * come and gone.
 */
class SubscriberCountsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final Scheduler clock = Schedulers.newSingle("clock");

	private final Scheduler counts = Schedulers.newSingle("counts");

	private InMemoryChannelBroker broker;

	private Channel channel;

	private ChannelLog log;

	@BeforeEach
	void create() {
		this.broker = new InMemoryChannelBroker(null, this.clock);
		DefaultChannels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 100, this.counts);
		this.channel = Objects.requireNonNull(channels.create("a").block());
		this.log = Objects.requireNonNull(this.broker.find("a").block());
	}

	@AfterEach
	void dispose() {
		this.broker.dispose();
		this.clock.dispose();
		this.counts.dispose();
	}

	@Test
	void countsWhenClientHasLeftBeforeAnybodyLooksShouldHaveIt() {
		StepVerifier.create(this.channel.subscriberCounts()).expectNext(0).then(() -> {
			// The only thread that looks is busy until the client has gone.
			this.counts.schedule(() -> {
				this.log.join();
				this.log.leave();
			});
		}).expectNext(1, 0).then(() -> this.channel.close().block()).expectComplete().verify(PATIENCE);
	}

	@Test
	void endShouldBeToldOnTheScheduler() {
		StepVerifier.create(this.channel.subscriberCounts().map((count) -> "").doOnComplete(() -> {
			if (!Thread.currentThread().getName().startsWith("counts")) {
				throw new IllegalStateException(Thread.currentThread().getName());
			}
		})).expectNext("").then(() -> this.channel.close().block()).expectComplete().verify(PATIENCE);
	}

}
