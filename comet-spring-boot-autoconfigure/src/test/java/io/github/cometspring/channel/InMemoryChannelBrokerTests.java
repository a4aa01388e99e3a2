package io.github.cometspring.channel;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.cometspring.testing.Threads;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link InMemoryChannelBroker}, in virtual time.
 */
class InMemoryChannelBrokerTests extends ChannelBrokerContract {

	private static final Duration AGE = Duration.ofMinutes(5);

	private static final Duration IDLE = Duration.ofMinutes(10);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	@Override
	protected ChannelBroker broker(@Nullable Integer limit) {
		return new InMemoryChannelBroker(limit, this.time);
	}

	@Test
	void readWhenMessagesAreTooOldShouldDropThem() {
		ChannelLog log = log(new ChannelSettings(100, AGE, null, MessageFormat.TEXT));
		get(log.append("1"));
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		get(log.append("2"));
		this.time.advanceTimeBy(AGE.minusMinutes(1));
		assertThat(texts(log.read(at(log, 0)))).containsExactly("1", "2");
		this.time.advanceTimeBy(Duration.ofMillis(1));
		assertThat(log.read(at(log, 0)).gap()).isTrue();
		assertThat(texts(log.read(at(log, 0)))).containsExactly("2");
		assertThat(log.read(at(log, 1)).gap()).isFalse();
		assertThat(log.retained()).isOne();
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(log.retained()).isZero();
		assertThat(log.read(at(log, 0))).isEqualTo(new Replay(List.of(), true, at(log, 2)));
		assertThat(log.read(at(log, 2))).isEqualTo(new Replay(List.of(), false, at(log, 2)));
		assertThat(log.readAll()).isEqualTo(new Replay(List.of(), false, at(log, 2)));
		assertThat(get(log.append("3")).offset()).isEqualTo(3);
		assertThat(texts(log.read(at(log, 2)))).containsExactly("3");
	}

	@Test
	void loseMessagesShouldBeGapForReadersAndLetTheChannelGoOn() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		ChannelLog log = get(broker.create("a", ChannelSettings.DEFAULT));
		get(log.append("1"));
		Position before = log.newest();
		TestSubscriber<Publication> live = TestSubscriber.create();
		log.live().subscribe(live);
		assertThat(broker.loseMessages("a")).isTrue();
		assertThat(live.getReceivedOnNext()).containsExactly(Publication.CHANGE);
		assertThat(log.read(before)).isEqualTo(new Replay(List.of(), true, log.newest()));
		assertThat(get(broker.state()).retained()).isZero();
		assertThat(get(broker.state()).bytes()).isZero();
		this.time.advanceTimeBy(AGE.minusSeconds(1));
		Position after = get(log.append("2"));
		assertThat(after.epoch()).isNotEqualTo(before.epoch());
		this.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(texts(log.readAll())).containsExactly("2");
	}

	@Test
	void loseMessagesWhenThereIsNoChannelShouldReturnFalse() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		assertThat(broker.loseMessages("a")).isFalse();
		ChannelLog closed = get(broker.create("a", ChannelSettings.DEFAULT));
		closed.close().block();
		assertThat(broker.loseMessages("a")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 7, 8, 9, 63, 64, 65, 100, 1000 })
	void readWhenRingIsFullShouldReturnTheNewest(int size) {
		ChannelLog log = log(new ChannelSettings(size, AGE, null, MessageFormat.TEXT));
		for (int i = 1; i <= 2 * size + 200; i++) {
			get(log.append(String.valueOf(i)));
			Replay all = log.readAll();
			assertThat(all.messages()).hasSize(Math.min(i, size));
			assertThat(texts(all))
				.isEqualTo(IntStream.rangeClosed(i - Math.min(i, size) + 1, i).mapToObj(String::valueOf).toList());
		}
	}

	@Test
	void readLiveWhenHistoryIsOffShouldReturnMessagesKeptForListeners() {
		ChannelLog log = log(new ChannelSettings(0, AGE, null, MessageFormat.TEXT));
		Disposable listener = log.live().subscribe();
		IntStream.rangeClosed(1, 100).forEach((i) -> get(log.append(String.valueOf(i))));
		assertThat(log.retained()).as("not for readers that resume").isZero();
		assertThat(log.read(at(log, 99))).isEqualTo(new Replay(List.of(), true, at(log, 100)));
		assertThat(log.readLive(at(log, 36)).gap()).isFalse();
		assertThat(texts(log.readLive(at(log, 36)))).hasSize(InMemoryChannelLog.LIVE_TAIL)
			.startsWith("37")
			.endsWith("100");
		assertThat(log.readLive(at(log, 35)).gap()).isTrue();
		listener.dispose();
		assertThat(log.readLive(at(log, 99))).as("dropped after the last listener has left")
			.isEqualTo(new Replay(List.of(), true, at(log, 100)));
	}

	@Test
	void readLiveWhenClosedShouldReturnMessagesKeptForListeners() {
		ChannelLog log = log(new ChannelSettings(0, AGE, null, MessageFormat.TEXT));
		log.live().subscribe();
		get(log.append("1"));
		get(log.append("2"));
		get(log.close().thenReturn(true));
		assertThat(texts(log.readLive(at(log, 0)))).containsExactly("1", "2");
		assertThat(texts(log.read(at(log, 0)))).isEmpty();
	}

	@Test
	void sweepWhenChannelIsIdleShouldEndIt() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(1, this.time);
		ChannelLog log = get(broker.create("a", new ChannelSettings(10, AGE, IDLE, MessageFormat.TEXT)));
		TestSubscriber<Publication> listener = TestSubscriber.create();
		log.live().subscribe(listener);
		this.time.advanceTimeBy(IDLE.minusMillis(1));
		assertThat(log.isClosed()).isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(1));
		assertThat(log.isClosed()).isTrue();
		assertThat(listener.isTerminatedComplete()).as("listeners are notified").isTrue();
		assertThat(count(broker)).isZero();
		get(broker.create("a", ChannelSettings.DEFAULT));
	}

	@Test
	void sweepWhenChannelIsPublishedOnShouldKeepIt() {
		ChannelLog log = log(new ChannelSettings(10, AGE, IDLE, MessageFormat.TEXT));
		for (int i = 0; i < 5; i++) {
			this.time.advanceTimeBy(IDLE.minusSeconds(1));
			get(log.append("still here"));
		}
		assertThat(log.isClosed()).isFalse();
		this.time.advanceTimeBy(IDLE.plusSeconds(1));
		assertThat(log.isClosed()).isTrue();
	}

	@Test
	void sweepWhenClientListensShouldKeepChannelUntilTimeoutAfterItHasLeft() {
		ChannelLog log = log(new ChannelSettings(10, AGE, IDLE, MessageFormat.TEXT));
		log.join();
		this.time.advanceTimeBy(IDLE.multipliedBy(3));
		assertThat(log.isClosed()).isFalse();
		log.leave();
		this.time.advanceTimeBy(IDLE.minusSeconds(1));
		assertThat(log.isClosed()).isFalse();
		this.time.advanceTimeBy(Duration.ofSeconds(2));
		assertThat(log.isClosed()).isTrue();
	}

	@Test
	void sweepWhenThereIsNoIdleTimeoutShouldKeepChannel() {
		ChannelLog log = log(ChannelSettings.DEFAULT);
		this.time.advanceTimeBy(Duration.ofDays(2));
		assertThat(log.isClosed()).isFalse();
	}

	@Test
	void sweepWhenDisposedShouldStop() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);
		ChannelLog log = get(broker.create("a", new ChannelSettings(10, AGE, IDLE, MessageFormat.TEXT)));
		broker.dispose();
		this.time.advanceTimeBy(IDLE.multipliedBy(2));
		assertThat(log.isClosed()).isFalse();
	}

	@Test
	void sweepWhenThereIsNoReaderShouldDropOldMessages() {
		ChannelLog log = log(new ChannelSettings(10, AGE, null, MessageFormat.TEXT));
		get(log.append("1"));
		this.time.advanceTimeBy(AGE.plusSeconds(2));
		// Not through a read, because reading drops old messages, too.
		assertThat(ReflectionTestUtils.getField(log, "history")).isInstanceOfSatisfying(MessageHistory.class,
				(history) -> assertThat(history.size()).isZero());
	}

	@Test
	void createWhenManyContendForLimitOfOneShouldSucceedOneAtATime()
			throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(1);
		AtomicInteger living = new AtomicInteger();
		Threads.run(4, (thread) -> {
			Mono<ChannelLog> create = broker.create("channel-" + thread, ChannelSettings.DEFAULT)
				.onErrorResume(TooManyChannelsException.class, (ex) -> Mono.empty());
			for (int i = 0; i < 100_000; i++) {
				ChannelLog log = create.block();
				if (log != null) {
					assertThat(living.incrementAndGet()).isOne();
					living.decrementAndGet();
					log.close().block();
				}
			}
		});
		assertThat(count(broker)).isZero();
	}

	@Test
	void createWhenNameIsUsedAgainShouldHaveAnotherEpoch() {
		ChannelBroker broker = broker(null);
		assertThat(IntStream.range(0, 1000).mapToLong((i) -> {
			ChannelLog log = get(broker.create("a", ChannelSettings.DEFAULT));
			get(log.close().thenReturn(true));
			return epoch(log);
		}).distinct().count()).isEqualTo(1000);
	}

	private ChannelLog log(ChannelSettings settings) {
		return get(broker(null).create("a", settings));
	}

}
