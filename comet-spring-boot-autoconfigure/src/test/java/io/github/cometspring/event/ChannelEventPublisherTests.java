package io.github.cometspring.event;

import java.time.Duration;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChannelEventPublisher}: which events the life of a channel has.
 */
class ChannelEventPublisherTests extends EventRecording {

	@Test
	void channelWhenCreatedOrObtainedShouldBeCreatedOnce() {
		start(new Recorder());
		this.broker.create("a", ChannelSettings.DEFAULT).block(PATIENCE);
		create("a");
		create("b");
		assertThat(events()).containsExactly("created a", "created b");
	}

	@Test
	void clientsShouldOccupyChannelOnceAndLeaveItVacantAfterTheGrace() {
		start(new Recorder());
		ChannelLog log = create("a");
		log.join();
		log.join();
		assertThat(events()).containsExactly("created a", "occupied a");
		log.leave();
		log.leave();
		this.time.advanceTimeBy(GRACE);
		assertThat(this.events).hasSize(2);
		this.time.advanceTimeBy(GRACE);
		assertThat(this.events).containsExactly("created a", "occupied a", "vacant a");
		log.join();
		assertThat(events()).endsWith("vacant a", "occupied a");
	}

	@Test
	void clientThatPollsShouldOccupyChannelAllTheTime() {
		start(new Recorder());
		ChannelLog log = create("a");
		for (int i = 0; i < 20; i++) {
			log.join();
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			log.leave();
			this.time.advanceTimeBy(Duration.ofSeconds(4));
		}
		assertThat(this.events).containsExactly("created a", "occupied a");
	}

	@Test
	void clientThatComesAndLeavesShouldBeginTheGraceAnew() {
		start(new Recorder());
		ChannelLog log = create("a");
		log.join();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		log.leave();
		this.time.advanceTimeBy(Duration.ofSeconds(8));
		log.join();
		log.leave();
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.events).containsExactly("created a", "occupied a");
		this.time.advanceTimeBy(GRACE);
		assertThat(this.events).endsWith("vacant a");
	}

	@Test
	void closeShouldLeaveChannelVacantAndEndIt() {
		start(new Recorder());
		ChannelLog log = create("a");
		log.join();
		assertThat(events()).endsWith("occupied a");
		log.close().block(PATIENCE);
		log.close().block(PATIENCE);
		log.leave();
		this.time.advanceTimeBy(GRACE.multipliedBy(3));
		assertThat(this.events).containsExactly("created a", "occupied a", "vacant a", "ended a CLOSED");
	}

	@Test
	void channelWhenIdleShouldEndAsIdle() {
		start(new Recorder());
		create("a", ChannelSettings.DEFAULT.withIdleTimeout(Duration.ofSeconds(30)));
		this.time.advanceTimeBy(Duration.ofSeconds(29));
		assertThat(this.events).containsExactly("created a");
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(this.events).containsExactly("created a", "ended a IDLE");
	}

	@Test
	void channelWhenCreatedAgainShouldBeAnotherOne() {
		start(new Recorder());
		create("a").close().block(PATIENCE);
		create("a").join();
		assertThat(events()).containsExactly("created a", "ended a CLOSED", "created a", "occupied a");
	}

}
