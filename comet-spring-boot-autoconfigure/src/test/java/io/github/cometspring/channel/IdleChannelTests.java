package io.github.cometspring.channel;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;

import io.github.cometspring.testing.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for the operations that count as use of a channel with an idle timeout, and that
 * it does not end while it is used.
 */
class IdleChannelTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final Duration IDLE = Duration.ofMinutes(1);

	private static final int ROUNDS = 20_000;

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(1, this.time);

	private final Channels channels = channels(IDLE);

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	static Stream<Named<Function<Channels, Mono<?>>>> uses() {
		return Stream.of(Named.of("obtain", (channels) -> channels.obtain("a")),
				Named.of("find", (channels) -> channels.find("a")),
				Named.of("publish", (channels) -> channel(channels).publish("1")),
				Named.of("deliver", (channels) -> channel(channels).deliver("1")),
				Named.of("cursor", (channels) -> channel(channels).cursor()),
				Named.of("handle", (channels) -> channel(channels).handle()), Named.of("messages", (channels) -> {
					Disposable reader = channel(channels).messages().subscribe();
					reader.dispose();
					return Mono.empty();
				}));
	}

	/**
	 * The channel that the application has kept since its creation.
	 */
	private static Channel channel(Channels channels) {
		return Objects.requireNonNull(channels.list().blockFirst(PATIENCE));
	}

	@ParameterizedTest
	@MethodSource("uses")
	void sweepWhenChannelHasBeenUsedShouldKeepItForFullTimeout(Function<Channels, Mono<?>> use) {
		Channel channel = create(this.channels);
		this.time.advanceTimeBy(IDLE.minusMillis(100));
		use.apply(this.channels).block(PATIENCE);
		this.time.advanceTimeBy(IDLE.minusMillis(1));
		assertThat(channel.publish("still there").block(PATIENCE)).isNotNull();
	}

	@Test
	void sweepWhenChannelIsOnlyListedShouldEndIt() {
		create(this.channels);
		for (int i = 0; i < 62; i++) {
			this.time.advanceTimeBy(Duration.ofSeconds(1));
			this.channels.list().blockLast(PATIENCE);
			this.channels.count().block(PATIENCE);
			this.broker.find("a").map(ChannelLog::retained).block(PATIENCE);
		}
		assertThat(this.channels.count().block(PATIENCE)).isZero();
	}

	@Test
	void sweepWhenClientHasFoundChannelShouldLeaveItTimeToJoin() {
		create(this.channels);
		this.time.advanceTimeBy(IDLE.minusMillis(1));
		ChannelLog log = Objects.requireNonNull(this.broker.findAll(Map.of("a", Cursor.LATEST)).block(PATIENCE))
			.get("a");
		this.time.advanceTimeBy(Duration.ofSeconds(5));
		assertThat(log.isClosed()).isFalse();
	}

	@Test
	void sweepWhenIdleTimeoutIsShorterThanTimeFromObtainToPublishShouldKeepChannel() {
		Channels impatient = channels(Duration.ofMillis(1));
		for (int i = 0; i < 100; i++) {
			this.time.advanceTimeBy(Duration.ofMillis(970));
			Channel channel = Objects.requireNonNull(impatient.obtain("a").block(PATIENCE));
			this.time.advanceTimeBy(Duration.ofMillis(970));
			assertThat(channel.publish("1").block(PATIENCE)).isNotNull();
		}
		this.time.advanceTimeBy(Duration.ofSeconds(3));
		assertThat(impatient.list().count().block(PATIENCE)).isZero();
	}

	@Test
	void endIfUnusedWhenClientJoinsConcurrentlyShouldKeepItOrComeFirst()
			throws ExecutionException, InterruptedException, TimeoutException {
		race(ChannelLog::join);
	}

	@Test
	void endIfUnusedWhenChannelIsTouchedConcurrentlyShouldKeepItOrComeFirst()
			throws ExecutionException, InterruptedException, TimeoutException {
		race(ChannelLog::touch);
	}

	@Test
	void endIfUnusedWhenClientJoinsAndLeavesConcurrentlyShouldKeepItOrComeFirst()
			throws ExecutionException, InterruptedException, TimeoutException {
		race((log) -> {
			log.join();
			log.leave();
		});
	}

	/**
	 * Uses idle channels while a sweep ends them. A channel that has not ended when its
	 * use returns must not end after that.
	 */
	private void race(Consumer<ChannelLog> use) throws ExecutionException, InterruptedException, TimeoutException {
		ChannelSettings settings = ChannelSettings.DEFAULT.withIdleTimeout(IDLE);
		LogMaintenance maintenance = new LogMaintenance(MonotonicTime.of(this.time), ChannelListener.NONE);
		List<InMemoryChannelLog> logs = Stream
			.generate(() -> new InMemoryChannelLog("a", 1, settings, maintenance, (closed) -> {
			}))
			.limit(ROUNDS)
			.toList();
		this.time.advanceTimeBy(IDLE);
		long now = maintenance.now();
		boolean[] kept = new boolean[ROUNDS];
		Threads.run(2, (thread) -> {
			for (int i = 0; i < ROUNDS; i++) {
				if (thread == 0) {
					logs.get(i).endIfUnused(now, now);
				}
				else {
					use.accept(logs.get(i));
					kept[i] = !logs.get(i).isClosed();
				}
			}
		});
		for (int i = 0; i < ROUNDS; i++) {
			assertThat(kept[i] && logs.get(i).isClosed()).as("used, and ended after that").isFalse();
			assertThat(logs.get(i).subscribers()).isBetween(0, 1);
		}
	}

	@Test
	void obtainWhenChannelEndsConcurrentlyShouldNotReachLimit()
			throws ExecutionException, InterruptedException, TimeoutException {
		AtomicBoolean over = new AtomicBoolean();
		Threads.run(2, (thread) -> {
			if (thread == 0) {
				for (int i = 0; i < 10 * ROUNDS; i++) {
					// The limit is one channel: an error would mean that the ended one
					// still counts.
					assertThat(this.channels.obtain("a").block(PATIENCE)).isNotNull();
				}
				over.set(true);
			}
			while (!over.get()) {
				this.channels.find("a").flatMap(Channel::close).block(PATIENCE);
			}
		});
	}

	@Test
	void createWhenChannelHasEndedAndIsAboutToBeRemovedShouldSucceed() {
		ChannelLog old = Objects
			.requireNonNull(this.broker.create("a", ChannelSettings.DEFAULT.withIdleTimeout(IDLE)).block(PATIENCE));
		this.time.advanceTimeBy(IDLE.minusSeconds(1));
		// As if the sweep stopped between its decision and the removal
		assertThat(((InMemoryChannelLog) old).endIfUnused(Long.MAX_VALUE / 2, Long.MAX_VALUE / 2)).isTrue();
		assertThat(this.channels.find("a").block(PATIENCE)).isNull();
		ChannelLog young = this.broker.create("a", ChannelSettings.DEFAULT).block(PATIENCE);
		assertThat(young).isNotNull().isNotSameAs(old);
		assertThat(this.broker.list().count().block(PATIENCE)).isOne();
		Map<String, Cursor> starts = Map.of("a", Cursor.of("a", old.newest()));
		assertThat(this.broker.findAll(starts).block(PATIENCE)).containsEntry("a", young);
		Object closed = Objects.requireNonNull(ReflectionTestUtils.getField(this.broker, "closed"));
		assertThat(((ClosedChannels) closed).find("a")).as("it had no messages").isNull();
	}

	private Channels channels(Duration idleTimeout) {
		return new DefaultChannels(this.broker, ChannelSettings.DEFAULT.withIdleTimeout(idleTimeout), 1000, this.time);
	}

	private static Channel create(Channels channels) {
		return Objects.requireNonNull(channels.create("a").block(PATIENCE));
	}

}
