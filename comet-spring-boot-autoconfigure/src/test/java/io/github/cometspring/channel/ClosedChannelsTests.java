package io.github.cometspring.channel;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.jspecify.annotations.Nullable;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the closed channels that {@link InMemoryChannelBroker} keeps.
 */
class ClosedChannelsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT.withHistorySize(3)
		.withHistoryMaxAge(Duration.ofMinutes(1));

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(1, this.time);

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	@Test
	void findClosedWhenChannelHadMessagesShouldFindThemAndTheEnd() {
		ChannelLog log = closed("a", SETTINGS, "1", "2");
		assertThat(find("a")).isSameAs(log);
		assertThat(log.isClosed()).isTrue();
		Position first = new Position(log.newest().epoch(), 1);
		assertThat(log.read(first).messages()).extracting(Message::data).containsExactly("2");
		assertThat(log.read(first).gap()).isFalse();
		assertThat(this.broker.find("a").block(PATIENCE)).isNull();
		assertThat(this.broker.findAll(Map.of("a", Cursor.LATEST)).block(PATIENCE)).isEmpty();
		assertThat(this.broker.state().block(PATIENCE)).isEqualTo(new BrokerState(0, 0, 1, 0L));
		assertThat(this.broker.list().collectList().block(PATIENCE)).isEmpty();
	}

	@Test
	void findClosedWhenChannelLivesShouldFindNothing() {
		create("a", SETTINGS, "1");
		assertThat(find("a")).isNull();
		assertThat(find("never")).isNull();
	}

	@Test
	void findClosedWhenThereIsNothingToReadShouldFindNothing() {
		closed("a", SETTINGS);
		assertThat(find("a")).isNull();
		closed("b", SETTINGS.withHistorySize(0), "1");
		assertThat(find("b")).isNull();
	}

	@Test
	void findClosedWhenMessagesAreTooOldShouldFindNothing() {
		closed("a", SETTINGS, "1");
		this.time.advanceTimeBy(Duration.ofSeconds(59));
		assertThat(find("a")).isNotNull();
		this.time.advanceTimeBy(Duration.ofSeconds(3));
		assertThat(find("a")).isNull();
	}

	@Test
	void findClosedWhenEndedByIdleTimeoutShouldFindIt() {
		create("a", SETTINGS.withIdleTimeout(Duration.ofSeconds(5)), "1");
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(this.broker.find("a").block(PATIENCE)).isNull();
		assertThat(find("a")).isNotNull();
	}

	@Test
	void createWhenNameWasJustClosedShouldSucceed() {
		ChannelLog old = closed("a", SETTINGS, "1");
		ChannelLog successor = create("a", SETTINGS);
		assertThat(successor.newest().epoch()).isNotEqualTo(old.newest().epoch());
		assertThat(successor.newest().offset()).isZero();
		successor.append("2").block(PATIENCE);
		successor.close().block(PATIENCE);
		assertThat(find("a")).isSameAs(successor);
	}

	@Test
	void findClosedWhenSuccessorWasClosedEmptyShouldReportGap() {
		ChannelLog old = closed("a", SETTINGS, "1");
		Cursor cursor = Cursor.of("a", new Position(old.newest().epoch(), 0));
		ChannelLog successor = closed("a", SETTINGS);
		assertThat(find("a")).isSameAs(successor);
		LogPlace place = new LogPlace(successor, cursor);
		place.begin();
		assertThat(place.takeGap()).isTrue();
		this.time.advanceTimeBy(Duration.ofSeconds(62));
		assertThat(find("a")).isNull();
	}

	@Test
	void closeWhenManyAreClosedShouldKeepTheLatest() {
		for (int i = 0; i < ClosedChannels.MOST; i++) {
			closed("a" + i, SETTINGS, "1");
		}
		assertThat(find("a0")).isNotNull();
		closed("one-more", SETTINGS, "1");
		assertThat(find("a0")).isNull();
		assertThat(find("a1")).isNotNull();
		assertThat(find("one-more")).isNotNull();
		for (int i = 0; i < ClosedChannels.MOST; i++) {
			closed("empty" + i, SETTINGS);
		}
		assertThat(find("a1")).as("empty channels are not kept").isNotNull();
	}

	@Test
	void closeWhenMessagesAreLargeShouldKeepTheLatestThatAreNotTooMuchTogether() {
		String half = "x".repeat((int) (ClosedChannels.MOST_BYTES / 2));
		closed("a", SETTINGS, half);
		closed("b", SETTINGS, half);
		assertThat(find("a")).isNotNull();
		closed("c", SETTINGS, "x");
		assertThat(find("a")).isNull();
		assertThat(find("b")).isNotNull();
		closed("large", SETTINGS, half, half, half);
		assertThat(find("b")).isNull();
		assertThat(find("c")).isNull();
		assertThat(find("large")).as("alone").isNotNull();
		closed("large", SETTINGS, "x");
		closed("d", SETTINGS, half);
		assertThat(find("large")).as("the size of its predecessor is given back").isNotNull();
		this.time.advanceTimeBy(Duration.ofSeconds(62));
		closed("e", SETTINGS, half);
		closed("f", SETTINGS, half);
		assertThat(find("e")).as("the size of those that were too old is given back").isNotNull();
	}

	@Test
	void closeWhenCalledAgainShouldNotAffectSuccessor() {
		ChannelLog old = closed("a", SETTINGS, "1");
		create("a", SETTINGS, "2");
		old.close().block(PATIENCE);
		ChannelLog young = Objects.requireNonNull(this.broker.find("a").block(PATIENCE));
		assertThat(find("a")).isSameAs(old);
		assertThat(findAll("a")).as("the living channel is preferred").isSameAs(young);
	}

	private ChannelLog create(String id, ChannelSettings settings, String... messages) {
		ChannelLog log = Objects.requireNonNull(this.broker.create(id, settings).block(PATIENCE));
		for (String message : messages) {
			log.append(message).block(PATIENCE);
		}
		return log;
	}

	private ChannelLog closed(String id, ChannelSettings settings, String... messages) {
		ChannelLog log = create(id, settings, messages);
		log.close().block(PATIENCE);
		return log;
	}

	/**
	 * The channel of a name that a client with a position in it finds: the living one,
	 * else the closed one.
	 */
	private @Nullable ChannelLog find(String id) {
		Object channels = Objects.requireNonNull(ReflectionTestUtils.getField(this.broker, "closed"));
		ChannelLog closed = ((ClosedChannels) channels).find(id);
		if (this.broker.find(id).block(PATIENCE) == null) {
			assertThat(findAll(id)).isSameAs(closed);
		}
		return closed;
	}

	private @Nullable ChannelLog findAll(String id) {
		Cursor cursor = Cursor.of(id, new Position(1, 1));
		return Objects.requireNonNull(this.broker.findAll(Map.of(id, cursor)).block(PATIENCE)).get(id);
	}

}
