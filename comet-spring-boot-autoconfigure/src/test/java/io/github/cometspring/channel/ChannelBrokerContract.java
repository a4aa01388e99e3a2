package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import io.github.cometspring.testing.Threads;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What every {@link ChannelBroker} holds to. A test of an implementation extends this.
 */
abstract class ChannelBrokerContract {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT;

	/**
	 * A broker without channels, which the test gives back when it is over.
	 */
	abstract ChannelBroker broker(@Nullable Integer limit);

	@Test
	void createShouldMakeEmptyChannel() {
		ChannelSettings settings = new ChannelSettings(7, Duration.ofSeconds(8), Duration.ofSeconds(9),
				MessageFormat.TEXT);
		ChannelLog log = get(broker(null).create("a", settings));
		assertThat(log.id()).isEqualTo("a");
		assertThat(log.settings()).isEqualTo(settings);
		assertThat(log.epoch()).isBetween(1L, Position.MAX_EPOCH);
		assertThat(log.newest()).isZero();
		assertThat(log.retained()).isZero();
		assertThat(log.subscribers()).isZero();
		assertThat(log.isClosed()).isFalse();
		assertThat(log.read(ChannelLog.EARLIEST)).isEqualTo(new Replay(List.of(), false, 0));
	}

	@Test
	void createWhenNameIsTakenShouldFailAndLeaveTheOther() {
		ChannelBroker broker = broker(null);
		ChannelLog first = get(broker.create("a", SETTINGS));
		get(first.append("1"));
		StepVerifier.create(broker.create("a", SETTINGS))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(DuplicateChannelException.class,
					(duplicate) -> assertThat(duplicate.getName()).isEqualTo("a")))
			.verify(PATIENCE);
		assertThat(get(broker.find("a")).newest()).isOne();
		assertThat(broker.count().block(PATIENCE)).isOne();
	}

	@Test
	void createWhenNotSubscribedToShouldDoNothing() {
		ChannelBroker broker = broker(null);
		assertThat(List.of(broker.create("a", SETTINGS), broker.obtain("b", SETTINGS))).hasSize(2);
		assertThat(broker.count().block(PATIENCE)).isZero();
	}

	@Test
	void createWhenSubscribedToTwiceShouldActTwice() {
		Mono<ChannelLog> create = broker(null).create("a", SETTINGS);
		ChannelLog first = get(create);
		StepVerifier.create(create).expectError(DuplicateChannelException.class).verify(PATIENCE);
		get(first.close().thenReturn(true));
		assertThat(get(create).epoch()).isNotEqualTo(first.epoch());
	}

	@Test
	void createWhenLimitIsReachedShouldFailUntilOneIsClosed() {
		ChannelBroker broker = broker(2);
		ChannelLog first = get(broker.create("a", SETTINGS));
		get(broker.create("b", SETTINGS));
		for (Mono<ChannelLog> third : List.of(broker.create("c", SETTINGS), broker.obtain("c", SETTINGS))) {
			StepVerifier.create(third)
				.expectErrorSatisfies(
						(ex) -> assertThat(ex).isInstanceOfSatisfying(TooManyChannelsException.class, (tooMany) -> {
							assertThat(tooMany.getName()).isEqualTo("c");
							assertThat(tooMany.getLimit()).isEqualTo(2);
						}))
				.verify(PATIENCE);
		}
		assertThat(broker.count().block(PATIENCE)).isEqualTo(2);
		get(first.close().thenReturn(true));
		get(broker.create("c", SETTINGS));
		assertThat(broker.count().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void createWhenLimitIsReachedAndNameTakenShouldTakeNoPlace() {
		ChannelBroker broker = broker(1);
		ChannelLog only = get(broker.create("a", SETTINGS));
		for (int i = 0; i < 3; i++) {
			StepVerifier.create(broker.create("a", SETTINGS))
				.expectError(DuplicateChannelException.class)
				.verify(PATIENCE);
		}
		assertThat(get(broker.obtain("a", SETTINGS)).epoch()).isEqualTo(only.epoch());
		assertThat(broker.count().block(PATIENCE)).isOne();
		get(only.close().thenReturn(true));
		get(broker.create("b", SETTINGS));
	}

	@Test
	void createWhenLimitIsZeroShouldFail() {
		ChannelBroker broker = broker(0);
		StepVerifier.create(broker.create("a", SETTINGS)).expectError(TooManyChannelsException.class).verify(PATIENCE);
		StepVerifier.create(broker.obtain("a", SETTINGS)).expectError(TooManyChannelsException.class).verify(PATIENCE);
		assertThat(broker.count().block(PATIENCE)).isZero();
	}

	@Test
	void createWhenManyComeAtOnceShouldSucceedExactlyAsOftenAsLimitAllows()
			throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(50);
		AtomicInteger created = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		Threads.run(8, (thread) -> {
			for (int i = 0; i < 25; i++) {
				count(broker.create("channel-" + thread + "-" + i, SETTINGS), created, refused);
			}
		});
		assertThat(created).hasValue(50);
		assertThat(refused).hasValue(150);
		assertThat(broker.count().block(PATIENCE)).isEqualTo(50);
		assertThat(broker.list().collectList().block(PATIENCE)).hasSize(50);
	}

	@Test
	void createWhenOneNameIsWantedByManyShouldSucceedOnce()
			throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(null);
		for (int round = 0; round < 20; round++) {
			String name = "channel-" + round;
			AtomicInteger created = new AtomicInteger();
			AtomicInteger refused = new AtomicInteger();
			Threads.run(4, (thread) -> count(broker.create(name, SETTINGS), created, refused));
			assertThat(created).hasValue(1);
			assertThat(refused).hasValue(3);
		}
		assertThat(broker.count().block(PATIENCE)).isEqualTo(20);
	}

	@Test
	void createWhenNameIsTakenAtLimitShouldNotStandInTheWayOfOthers()
			throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(2);
		get(broker.create("taken", SETTINGS));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 100; i++) {
				if (thread == 0) {
					// Always alone in wanting the other place
					ChannelLog log = get(broker.create("other", SETTINGS));
					get(log.close().thenReturn(true));
				}
				else {
					StepVerifier.create(broker.create("taken", SETTINGS))
						.expectError(DuplicateChannelException.class)
						.verify(PATIENCE);
				}
			}
		});
		assertThat(broker.count().block(PATIENCE)).isOne();
	}

	@Test
	void countWhenChannelsComeAndGoAtOnceShouldNeverExceedLimit()
			throws ExecutionException, InterruptedException, TimeoutException {
		int limit = 3;
		ChannelBroker broker = broker(limit);
		AtomicInteger living = new AtomicInteger();
		Threads.run(8, (thread) -> {
			Random random = new Random(thread);
			for (int i = 0; i < 100; i++) {
				ChannelLog log = broker.create("channel-" + random.nextInt(12), SETTINGS)
					.onErrorResume(ChannelException.class, (ex) -> Mono.empty())
					.block(PATIENCE);
				assertThat(broker.count().block(PATIENCE)).isBetween(0L, (long) limit);
				if (log != null) {
					assertThat(living.incrementAndGet()).isLessThanOrEqualTo(limit);
					living.decrementAndGet();
					log.close().block(PATIENCE);
				}
			}
		});
		assertThat(broker.count().block(PATIENCE)).isZero();
		for (int i = 0; i < limit; i++) {
			get(broker.create("again-" + i, SETTINGS));
		}
		StepVerifier.create(broker.create("one too many", SETTINGS))
			.expectError(TooManyChannelsException.class)
			.verify(PATIENCE);
	}

	@Test
	void obtainShouldCreateOnceAndThenFind() throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(1);
		List<Long> epochs = Collections.synchronizedList(new ArrayList<>());
		Threads.run(8, (thread) -> epochs.add(get(broker.obtain("a", SETTINGS)).epoch()));
		assertThat(epochs).hasSize(8).containsOnly(get(broker.find("a")).epoch());
		assertThat(broker.count().block(PATIENCE)).isOne();
	}

	@Test
	void findWhenThereIsNoneShouldBeEmpty() {
		ChannelBroker broker = broker(null);
		get(broker.create("a", SETTINGS));
		for (String id : List.of("b", "", "A", " a", "a\n", "\uD800", "x".repeat(100_000))) {
			StepVerifier.create(broker.find(id)).expectComplete().verify(PATIENCE);
		}
		assertThat(get(broker.findAll(List.of("b", "a", "", "c")))).containsOnlyKeys("a");
		assertThat(get(broker.findAll(List.of()))).isEmpty();
	}

	@Test
	void listShouldReturnTheLiving() {
		ChannelBroker broker = broker(null);
		get(broker.create("a", SETTINGS));
		ChannelLog b = get(broker.create("b", SETTINGS));
		get(broker.create("c", SETTINGS));
		get(b.close().thenReturn(true));
		assertThat(broker.list().map(ChannelLog::id).collectList().block(PATIENCE)).containsExactlyInAnyOrder("a", "c");
		assertThat(broker.count().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void retainedShouldCountWhatLivingChannelsRetain() {
		ChannelBroker broker = broker(null);
		ChannelLog a = get(broker.create("a", SETTINGS.withHistorySize(2)));
		ChannelLog b = get(broker.create("b", SETTINGS));
		assertThat(broker.retained().block(PATIENCE)).isZero();
		for (int i = 0; i < 3; i++) {
			get(a.append("1"));
			get(b.append("1"));
		}
		assertThat(broker.retained().block(PATIENCE)).isEqualTo(5);
		get(b.close().thenReturn(true));
		assertThat(broker.retained().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void touchShouldTellWhetherChannelLives() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		assertThat(log.touch()).isTrue();
		get(log.close().thenReturn(true));
		assertThat(log.touch()).isFalse();
	}

	@Test
	void closeShouldEndChannelForGood() {
		ChannelBroker broker = broker(null);
		ChannelLog log = get(broker.create("a", SETTINGS));
		get(log.append("1"));
		get(log.close().thenReturn(true));
		assertThat(log.isClosed()).isTrue();
		StepVerifier.create(broker.find("a")).expectComplete().verify(PATIENCE);
		for (Mono<?> late : List.of(log.append("2"), log.deliver("2"))) {
			StepVerifier.create(late)
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(ChannelClosedException.class,
						(closed) -> assertThat(closed.getChannel()).isEqualTo("a")))
				.verify(PATIENCE);
		}
		assertThat(texts(log.readLive(0))).as("can still be read").containsExactly("1");
		StepVerifier.create(log.live()).expectComplete().verify(PATIENCE);
	}

	@Test
	void closeWhenRepeatedShouldDoNothing() throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(3);
		ChannelLog old = get(broker.create("a", SETTINGS));
		get(broker.create("b", SETTINGS));
		Threads.run(4, (thread) -> old.close().block(PATIENCE));
		assertThat(broker.count().block(PATIENCE)).isOne();
		ChannelLog young = get(broker.create("a", SETTINGS));
		get(old.close().thenReturn(true));
		assertThat(young.isClosed()).isFalse();
		assertThat(get(broker.find("a")).epoch()).isEqualTo(young.epoch()).isNotEqualTo(old.epoch());
		assertThat(broker.count().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void appendWhenNotSubscribedToShouldDoNothing() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		Mono<Position> append = log.append("1");
		log.deliver("2");
		log.close();
		assertThat(log.newest()).isZero();
		assertThat(log.isClosed()).isFalse();
		assertThat(get(append)).isEqualTo(new Position(log.epoch(), 1));
		assertThat(get(append)).isEqualTo(new Position(log.epoch(), 2));
		assertThat(texts(log.read(0))).containsExactly("1", "1");
	}

	@Test
	void appendWhenPublishedFromManyThreadsShouldNumberWithoutHolesInOneOrder()
			throws ExecutionException, InterruptedException, TimeoutException {
		int threads = 8;
		int each = 250;
		int all = threads * each;
		ChannelLog log = get(broker(null).create("a",
				new ChannelSettings(all, PATIENCE.multipliedBy(10), null, MessageFormat.TEXT)));
		List<TestSubscriber<Publication>> readers = IntStream.range(0, 3)
			.mapToObj((i) -> TestSubscriber.<Publication>create())
			.toList();
		readers.forEach((reader) -> log.live().subscribe(reader));
		List<Long> offsets = Collections.synchronizedList(new ArrayList<>());
		Threads.run(threads, (thread) -> {
			long last = 0;
			for (int i = 0; i < each; i++) {
				long offset = get(log.append(thread + "-" + i)).offset();
				assertThat(offset).as("after the one before").isGreaterThan(last);
				offsets.add(offset);
				last = offset;
			}
		});
		List<Long> expected = LongStream.rangeClosed(1, all).boxed().toList();
		assertThat(offsets).containsExactlyInAnyOrderElementsOf(expected);
		assertThat(log.newest()).isEqualTo(all);
		List<Message> history = log.read(0).messages();
		assertThat(history).extracting((message) -> message.position().offset()).isEqualTo(expected);
		for (TestSubscriber<Publication> reader : readers) {
			Awaitility.await().atMost(PATIENCE).until(() -> reader.getReceivedOnNext().size() == all);
			assertThat(reader.getReceivedOnNext()).extracting(Publication::message).isEqualTo(history);
			assertThat(reader.getProtocolErrors()).isEmpty();
		}
	}

	@Test
	void liveShouldTellOfWhatComesUntilTheEnd() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		get(log.append("before"));
		StepVerifier.create(log.live().map((publication) -> publication.message().data()))
			.expectSubscription()
			.then(() -> get(log.append("1")))
			.then(() -> get(log.append("2")))
			.expectNext("1", "2")
			.then(() -> get(log.close().thenReturn(true)))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void deliverWhenNobodyListensShouldComplete() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		assertThat(get(log.deliver("1"))).isEqualTo(new Outcome(new Position(log.epoch(), 1), 0, 0));
		assertThat(texts(log.read(0))).containsExactly("1");
	}

	@Test
	void deliverWhenReceiptsAreAwaitedShouldCompleteWithTheLast() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		List<Delivery> deliveries = Collections.synchronizedList(new ArrayList<>());
		log.live().mapNotNull(Publication::delivery).subscribe((delivery) -> {
			delivery.expect(3);
			deliveries.add(delivery);
		});
		TestSubscriber<Outcome> outcome = TestSubscriber.create();
		log.deliver("1").subscribe(outcome);
		Awaitility.await().atMost(PATIENCE).until(() -> !deliveries.isEmpty());
		deliveries.get(0).succeeded();
		deliveries.get(0).failed();
		assertThat(outcome.isTerminated()).isFalse();
		deliveries.get(0).dismiss();
		outcome.block(PATIENCE);
		assertThat(outcome.getReceivedOnNext()).containsExactly(new Outcome(new Position(log.epoch(), 1), 1, 1));
	}

	@Test
	void readWhenHistoryIsBoundedShouldReturnTheNewest() {
		ChannelLog log = get(
				broker(null).create("a", new ChannelSettings(3, SETTINGS.historyMaxAge(), null, MessageFormat.TEXT)));
		for (int i = 1; i <= 5; i++) {
			get(log.append(String.valueOf(i)));
		}
		assertThat(log.retained()).isEqualTo(3);
		assertThat(log.read(ChannelLog.EARLIEST)).satisfies((replay) -> {
			assertThat(texts(replay)).containsExactly("3", "4", "5");
			assertThat(replay.gap()).isFalse();
			assertThat(replay.offset()).isEqualTo(5);
		});
		assertThat(log.read(5)).isEqualTo(new Replay(List.of(), false, 5));
		assertThat(texts(log.read(4))).containsExactly("5");
		assertThat(log.read(2).gap()).isFalse();
		assertThat(texts(log.read(2))).containsExactly("3", "4", "5");
		for (long lost : List.of(0L, 1L, 6L, Position.MAX_OFFSET)) {
			assertThat(log.read(lost).gap()).as("gap after %d", lost).isTrue();
			assertThat(texts(log.read(lost))).containsExactly("3", "4", "5");
		}
	}

	@Test
	void readWhenHistoryIsOffShouldReturnNothing() {
		ChannelLog log = get(
				broker(null).create("a", new ChannelSettings(0, SETTINGS.historyMaxAge(), null, MessageFormat.TEXT)));
		get(log.append("1"));
		get(log.append("2"));
		assertThat(log.retained()).isZero();
		assertThat(log.read(ChannelLog.EARLIEST)).isEqualTo(new Replay(List.of(), false, 2));
		assertThat(log.read(2)).isEqualTo(new Replay(List.of(), false, 2));
		assertThat(log.read(1)).isEqualTo(new Replay(List.of(), true, 2));
	}

	@Test
	void joinAndLeaveShouldCount() throws ExecutionException, InterruptedException, TimeoutException {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 1000; i++) {
				log.join();
				if (i > 0) {
					log.leave();
				}
			}
		});
		assertThat(log.subscribers()).isEqualTo(4);
	}

	static <T> T get(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(PATIENCE));
	}

	static List<String> texts(Replay replay) {
		return replay.messages().stream().map(Message::data).toList();
	}

	private static void count(Mono<?> attempt, AtomicInteger successes, AtomicInteger refusals) {
		attempt.doOnNext((ignored) -> successes.incrementAndGet())
			.then()
			.onErrorResume(ChannelException.class, (ex) -> Mono.fromRunnable(refusals::incrementAndGet))
			.block(PATIENCE);
	}

}
