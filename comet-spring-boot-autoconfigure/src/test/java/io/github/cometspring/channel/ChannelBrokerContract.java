package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Threads;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The contract of every {@link ChannelBroker}. The test of an implementation extends
 * this, from any package; the classes that it needs are in the artifact of type
 * {@code test-jar}. Messages may take some time to arrive in a node's copy of a log. One
 * class, so that a test of a broker extends one and leaves none out.
 */
public abstract class ChannelBrokerContract {

	/**
	 * The longest time that a test waits for an expected event.
	 */
	protected static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final ChannelSettings SETTINGS = ChannelSettings.DEFAULT;

	/**
	 * Creates a broker without channels, which the test of the implementation disposes of
	 * at its end.
	 * @param limit the largest number of channels, or {@code null} for no limit
	 * @return the broker
	 */
	protected abstract ChannelBroker broker(@Nullable Integer limit);

	@Test
	void createShouldMakeEmptyChannel() {
		ChannelSettings settings = new ChannelSettings(7, Duration.ofSeconds(8), Duration.ofSeconds(9),
				MessageFormat.TEXT);
		ChannelLog log = prepared(get(broker(null).create("a", settings)));
		assertThat(log.id()).isEqualTo("a");
		assertThat(log.settings()).isEqualTo(settings);
		assertThat(log.newest().offset()).isZero();
		assertThat(log.end()).isEqualTo(log.newest());
		assertThat(log.retained()).isZero();
		assertThat(log.subscribers()).isZero();
		assertThat(log.isClosed()).isFalse();
		assertThat(log.readAll()).isEqualTo(new Replay(List.of(), false, log.newest()));
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
		awaitArrival(prepared(get(broker.find("a"))), at(first, 1));
		assertThat(count(broker)).isOne();
	}

	@Test
	void createWhenNotSubscribedToShouldDoNothing() {
		ChannelBroker broker = broker(null);
		assertThat(List.of(broker.create("a", SETTINGS), broker.obtain("b", SETTINGS))).hasSize(2);
		assertThat(count(broker)).isZero();
	}

	@Test
	void createWhenSubscribedToTwiceShouldActTwice() {
		Mono<ChannelLog> create = broker(null).create("a", SETTINGS);
		ChannelLog first = get(create);
		long firstEpoch = epoch(first);
		StepVerifier.create(create).expectError(DuplicateChannelException.class).verify(PATIENCE);
		get(first.close().thenReturn(true));
		assertThat(epoch(get(create))).isNotEqualTo(firstEpoch);
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
		assertThat(count(broker)).isEqualTo(2);
		get(first.close().thenReturn(true));
		get(broker.create("c", SETTINGS));
		assertThat(count(broker)).isEqualTo(2);
	}

	@Test
	void createWhenLimitIsReachedAndNameExistsShouldNotCount() {
		ChannelBroker broker = broker(1);
		ChannelLog only = get(broker.create("a", SETTINGS));
		for (int i = 0; i < 3; i++) {
			StepVerifier.create(broker.create("a", SETTINGS))
				.expectError(DuplicateChannelException.class)
				.verify(PATIENCE);
		}
		assertThat(get(broker.obtain("a", SETTINGS))).isSameAs(only);
		assertThat(count(broker)).isOne();
		get(only.close().thenReturn(true));
		get(broker.create("b", SETTINGS));
	}

	@Test
	void createWhenLimitIsZeroShouldFail() {
		ChannelBroker broker = broker(0);
		StepVerifier.create(broker.create("a", SETTINGS)).expectError(TooManyChannelsException.class).verify(PATIENCE);
		StepVerifier.create(broker.obtain("a", SETTINGS)).expectError(TooManyChannelsException.class).verify(PATIENCE);
		assertThat(count(broker)).isZero();
	}

	@Test
	void createWhenCalledConcurrentlyShouldSucceedExactlyAsOftenAsLimitAllows()
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
		assertThat(count(broker)).isEqualTo(50);
		assertThat(broker.list().collectList().block(PATIENCE)).hasSize(50);
	}

	@Test
	void createWhenCalledConcurrentlyWithOneNameShouldSucceedOnce()
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
		assertThat(count(broker)).isEqualTo(20);
	}

	@Test
	void createWhenNameExistsAtLimitShouldNotMakeOthersFail()
			throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(2);
		get(broker.create("taken", SETTINGS));
		Threads.run(4, (thread) -> {
			for (int i = 0; i < 100; i++) {
				if (thread == 0) {
					// The only other thread that creates a channel
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
		assertThat(count(broker)).isOne();
	}

	@Test
	void countWhenChannelsAreCreatedAndClosedConcurrentlyShouldNeverExceedLimit()
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
				assertThat(count(broker)).isBetween(0L, (long) limit);
				if (log != null) {
					assertThat(living.incrementAndGet()).isLessThanOrEqualTo(limit);
					living.decrementAndGet();
					log.close().block(PATIENCE);
				}
			}
		});
		assertThat(count(broker)).isZero();
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
		List<ChannelLog> logs = Collections.synchronizedList(new ArrayList<>());
		Threads.run(8, (thread) -> logs.add(get(broker.obtain("a", SETTINGS))));
		assertThat(logs).hasSize(8).allSatisfy((log) -> assertThat(log).isSameAs(logs.get(0)));
		assertThat(count(broker)).isOne();
	}

	@Test
	void findWhenThereIsNoneShouldBeEmpty() {
		ChannelBroker broker = broker(null);
		get(broker.create("a", SETTINGS));
		for (String id : List.of("b", "", "A", " a", "a\n", "\uD800", "x".repeat(100_000))) {
			StepVerifier.create(broker.find(id)).expectComplete().verify(PATIENCE);
		}
		assertThat(get(broker
			.findAll(Map.of("b", Cursor.LATEST, "a", Cursor.LATEST, "", Cursor.EARLIEST, "\uD800", Cursor.LATEST))))
			.containsOnlyKeys("a");
		assertThat(get(broker.findAll(Map.of()))).isEmpty();
	}

	@Test
	void findShouldReturnOneObjectForOneChannel() {
		ChannelBroker broker = broker(null);
		ChannelLog log = get(broker.create("a", SETTINGS));
		assertThat(get(broker.find("a"))).isSameAs(log);
		assertThat(get(broker.obtain("a", SETTINGS))).isSameAs(log);
		assertThat(get(broker.findAll(Map.of("a", Cursor.EARLIEST))).get("a")).isSameAs(log);
		assertThat(broker.list().blockFirst(PATIENCE)).isSameAs(log);
		close(log);
		assertThat(get(broker.create("a", SETTINGS))).isNotSameAs(log);
	}

	@Test
	void findNowAndObtainNowShouldAnswerAsFindAndObtain() {
		ChannelBroker broker = broker(1);
		// Whether it has its logs at once is the broker's choice.
		if (broker instanceof ImmediateChannelBroker immediate) {
			assertThat(immediate.findNow("a")).isNull();
			ChannelLog log = immediate.obtainNow("a", SETTINGS);
			assertThat(log.settings()).isEqualTo(SETTINGS);
			assertThat(immediate.obtainNow("a", SETTINGS)).isSameAs(log);
			assertThat(immediate.findNow("a")).isSameAs(log);
			assertThat(get(broker.find("a"))).isSameAs(log);
			assertThat(get(broker.obtain("a", SETTINGS))).isSameAs(log);
			assertThatExceptionOfType(TooManyChannelsException.class)
				.isThrownBy(() -> immediate.obtainNow("b", SETTINGS));
			close(log);
			assertThat(immediate.findNow("a")).isNull();
			assertThat(immediate.obtainNow("a", SETTINGS)).isNotSameAs(log);
			assertThat(count(broker)).isOne();
		}
	}

	@Test
	void findAllWhenChannelIsClosedShouldFindItOnlyForCursorWithPosition() {
		ChannelBroker broker = broker(null);
		ChannelLog log = prepared(get(broker.create("a", SETTINGS)));
		append(log, "1");
		Cursor cursor = Cursor.of("a", at(log, 0));
		close(log);
		assertThat(get(broker.findAll(Map.of("a", Cursor.LATEST)))).isEmpty();
		assertThat(get(broker.findAll(Map.of("a", Cursor.EARLIEST)))).isEmpty();
		ChannelLog kept = get(broker.findAll(Map.of("a", cursor))).get("a");
		// Whether it is kept is the broker's choice.
		if (kept != null) {
			Await.within(PATIENCE, kept::isClosed);
			assertThat(texts(kept.read(at(kept, 0)))).containsExactly("1");
		}
		ChannelLog next = get(broker.create("a", SETTINGS));
		assertThat(get(broker.findAll(Map.of("a", cursor))).get("a")).isSameAs(next);
		assertThat(next.read(new Position(epoch(log), 0)).gap()).isTrue();
	}

	@Test
	void listShouldReturnLivingChannels() {
		ChannelBroker broker = broker(null);
		get(broker.create("a", SETTINGS));
		ChannelLog b = get(broker.create("b", SETTINGS));
		get(broker.create("c", SETTINGS));
		get(b.close().thenReturn(true));
		assertThat(broker.list().map(ChannelLog::id).collectList().block(PATIENCE)).containsExactlyInAnyOrder("a", "c");
		assertThat(count(broker)).isEqualTo(2);
	}

	@Test
	void stateShouldCountChannelsAndRetainedMessages() {
		ChannelBroker broker = broker(5);
		ChannelLog a = get(broker.create("a", SETTINGS.withHistorySize(2)));
		ChannelLog b = get(broker.create("b", SETTINGS));
		assertState(broker, new BrokerState(2, 0, 5, 0L));
		for (int i = 0; i < 3; i++) {
			get(a.append("\u00E9"));
			get(b.append("\u00E9"));
		}
		assertState(broker, new BrokerState(2, 5, 5, 10L));
		close(b);
		assertState(broker, new BrokerState(1, 2, 5, 4L));
		assertState(broker(null), new BrokerState(0, 0, null, 0L));
	}

	/**
	 * A broker need not know the size of its messages.
	 */
	private void assertState(ChannelBroker broker, BrokerState expected) {
		BrokerState state = get(broker.state());
		assertThat(state).isEqualTo(new BrokerState(expected.channels(), expected.retained(), expected.limit(),
				(state.bytes() != null) ? expected.bytes() : null));
	}

	@Test
	void summariesShouldReturnPartOfListInOrder() {
		ChannelBroker broker = broker(null);
		for (String id : List.of("b", "a/2", "a", "c", "a/1", "\u00E9")) {
			get(broker.create(id, SETTINGS));
		}
		assertThat(ids(broker, "", 0, 100)).containsExactly("6", "a", "a/1", "a/2", "b", "c", "\u00E9");
		assertThat(ids(broker, "", 1, 2)).containsExactly("6", "a/1", "a/2");
		assertThat(ids(broker, "a/", 0, 100)).containsExactly("2", "a/1", "a/2");
		assertThat(ids(broker, "a", 2, 100)).containsExactly("3", "a/2");
		assertThat(ids(broker, "x", 0, 100)).containsExactly("0");
		assertThat(ids(broker, "", 1_000_000_000_000L, 100)).containsExactly("6");
	}

	private static List<String> ids(ChannelBroker broker, String prefix, long skip, int most) {
		ChannelSummaries part = get(broker.summaries(prefix, skip, most));
		return Stream.concat(Stream.of(String.valueOf(part.total())), part.channels().stream().map(ChannelSummary::id))
			.toList();
	}

	@Test
	void summaryShouldReturnDataOfOneChannel() {
		ChannelBroker broker = broker(null);
		ChannelLog log = get(broker.create("a", SETTINGS.withHistorySize(2)));
		for (int i = 0; i < 3; i++) {
			get(log.append("1"));
		}
		log.join();
		Position newest = get(log.append("2"));
		assertThat(get(broker.summary("a")))
			.isEqualTo(new ChannelSummary("a", SETTINGS.withHistorySize(2), newest, 2, 1));
		assertThat(get(broker.summaries("", 0, 1)).channels()).containsExactly(get(broker.summary("a")));
		StepVerifier.create(broker.summary("b")).expectComplete().verify(PATIENCE);
		StepVerifier.create(broker.summary("a\n")).expectComplete().verify(PATIENCE);
	}

	@Test
	void closeWhenCalledWithIdShouldReturnWhetherThereWasOne() {
		ChannelBroker broker = broker(1);
		ChannelLog log = get(broker.create("a", SETTINGS));
		assertThat(get(broker.close("b"))).isFalse();
		assertThat(get(broker.close("a"))).isTrue();
		assertThat(get(broker.close("a"))).isFalse();
		StepVerifier.create(log.append("1")).expectError(ChannelClosedException.class).verify(PATIENCE);
		get(broker.create("b", SETTINGS));
	}

	@Test
	void touchShouldReturnWhetherChannelLives() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		assertThat(log.touch()).isTrue();
		close(log);
		Await.within(PATIENCE, () -> !log.touch());
	}

	@Test
	void closeShouldEndChannelPermanently() {
		ChannelBroker broker = broker(null);
		ChannelLog log = prepared(get(broker.create("a", SETTINGS)));
		append(log, "1");
		close(log);
		Await.within(PATIENCE, log::isClosed);
		StepVerifier.create(broker.find("a")).expectComplete().verify(PATIENCE);
		for (Mono<?> late : List.of(log.append("2"), log.deliver("2"))) {
			StepVerifier.create(late)
				.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(ChannelClosedException.class,
						(closed) -> assertThat(closed.getChannel()).isEqualTo("a")))
				.verify(PATIENCE);
		}
		assertThat(texts(log.readLive(at(log, 0)))).as("can still be read").containsExactly("1");
		StepVerifier.create(log.live()).expectComplete().verify(PATIENCE);
	}

	@Test
	void closeWhenRepeatedShouldDoNothing() throws ExecutionException, InterruptedException, TimeoutException {
		ChannelBroker broker = broker(3);
		ChannelLog old = get(broker.create("a", SETTINGS));
		get(broker.create("b", SETTINGS));
		Threads.run(4, (thread) -> old.close().block(PATIENCE));
		assertThat(count(broker)).isOne();
		ChannelLog young = get(broker.create("a", SETTINGS));
		get(old.close().thenReturn(true));
		assertThat(young.isClosed()).isFalse();
		assertThat(get(broker.find("a"))).isSameAs(young).isNotSameAs(old);
		assertThat(epoch(young)).isNotEqualTo(epoch(old));
		assertThat(count(broker)).isEqualTo(2);
	}

	@Test
	void appendWhenNotSubscribedToShouldDoNothing() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		Mono<Position> append = log.append("1");
		log.deliver("2");
		log.close();
		assertThat(log.newest().offset()).isZero();
		assertThat(log.isClosed()).isFalse();
		assertThat(get(append)).isEqualTo(at(log, 1));
		assertThat(get(append)).isEqualTo(at(log, 2));
		awaitArrival(log, at(log, 2));
		assertThat(texts(log.read(at(log, 0)))).containsExactly("1", "1");
	}

	@Test
	void appendNowShouldAnswerAsAppend() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		// Whether it takes messages at once is the broker's choice.
		if (log instanceof ImmediateChannelLog immediate) {
			assertThat(immediate.appendNow("1")).isEqualTo(at(log, 1));
			append(log, "2");
			assertThat(texts(log.readAll())).containsExactly("1", "2");
			close(log);
			assertThatExceptionOfType(ChannelClosedException.class).isThrownBy(() -> immediate.appendNow("3"));
		}
	}

	@Test
	void lifeShouldDistinguishChannelsOfOneId() {
		ChannelBroker broker = broker(null);
		ChannelLog first = get(broker.create("a", SETTINGS));
		Object life = first.life();
		get(first.append("1"));
		assertThat(get(broker.find("a")).life()).isEqualTo(life);
		close(first);
		assertThat(get(broker.create("a", SETTINGS)).life()).isNotEqualTo(life);
	}

	@Test
	void appendWhenThereIsNoReaderShouldBeReadLater() {
		ChannelBroker broker = broker(null);
		ChannelLog log = get(broker.create("a", SETTINGS));
		Position first = get(log.append("1"));
		Position second = get(log.deliver("2")).position();
		prepared(log);
		assertThat(log.end().covers(second)).isTrue();
		awaitArrival(log, second);
		assertThat(texts(log.read(first))).containsExactly("2");
		assertThat(texts(log.readAll())).containsExactly("1", "2");
	}

	@Test
	void endShouldNotBeBeforeMessagesThatThisNodeAppended() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		for (int i = 0; i < 20; i++) {
			Position position = get(log.append("1"));
			assertThat(log.end().covers(position)).isTrue();
			assertThat(log.end().covers(log.newest())).isTrue();
			assertThat(log.read(position)).as("nothing beyond, and no gap")
				.isEqualTo(new Replay(List.of(), false, position));
		}
	}

	@Test
	void appendWhenPublishedFromManyThreadsShouldNumberWithoutHolesInOneOrder()
			throws ExecutionException, InterruptedException, TimeoutException {
		int threads = 8;
		int each = 250;
		int all = threads * each;
		ChannelLog log = prepared(get(broker(null).create("a",
				new ChannelSettings(all, PATIENCE.multipliedBy(10), null, MessageFormat.TEXT))));
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
		awaitArrival(log, at(log, all));
		assertThat(log.newest().offset()).isEqualTo(all);
		List<Message> history = log.read(at(log, 0)).messages();
		assertThat(history).extracting((message) -> message.position().offset()).isEqualTo(expected);
		for (TestSubscriber<Publication> reader : readers) {
			Awaitility.await().atMost(PATIENCE).until(() -> reader.getReceivedOnNext().size() == all);
			assertThat(reader.getReceivedOnNext()).extracting(Publication::message)
				.isEqualTo(new ArrayList<@Nullable Message>(history));
			assertThat(reader.getProtocolErrors()).isEmpty();
		}
	}

	@Test
	void liveShouldEmitMessagesUntilTheEnd() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		append(log, "before");
		StepVerifier.create(log.live().mapNotNull(Publication::message).map(Message::data))
			.expectSubscription()
			.then(() -> get(log.append("1")))
			.then(() -> get(log.append("2")))
			.expectNext("1", "2")
			.then(() -> get(log.close().thenReturn(true)))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void deliverWhenThereIsNoClientShouldComplete() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
		assertThat(get(log.deliver("1"))).isEqualTo(new Outcome(at(log, 1), 0, 0));
		awaitArrival(log, at(log, 1));
		assertThat(texts(log.read(at(log, 0)))).containsExactly("1");
	}

	@Test
	void deliverWhenReceiptsAreAwaitedShouldCompleteWithTheLast() {
		ChannelLog log = prepared(get(broker(null).create("a", SETTINGS)));
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
		assertThat(outcome.getReceivedOnNext()).containsExactly(new Outcome(at(log, 1), 1, 1));
	}

	@Test
	void readWhenHistoryIsBoundedShouldReturnNewestMessages() {
		ChannelLog log = prepared(get(
				broker(null).create("a", new ChannelSettings(3, SETTINGS.historyMaxAge(), null, MessageFormat.TEXT))));
		for (int i = 1; i <= 5; i++) {
			append(log, String.valueOf(i));
		}
		assertThat(log.retained()).isEqualTo(3);
		assertThat(log.readAll()).satisfies((replay) -> {
			assertThat(texts(replay)).containsExactly("3", "4", "5");
			assertThat(replay.gap()).isFalse();
			assertThat(replay.position()).isEqualTo(at(log, 5));
		});
		assertThat(log.read(at(log, 5))).isEqualTo(new Replay(List.of(), false, at(log, 5)));
		assertThat(texts(log.read(at(log, 4)))).containsExactly("5");
		assertThat(log.read(at(log, 2)).gap()).isFalse();
		assertThat(texts(log.read(at(log, 2)))).containsExactly("3", "4", "5");
		for (Position lost : List.of(at(log, 0), at(log, 1), at(log, 6), at(log, Position.MAX_OFFSET),
				new Position(epoch(log) % Position.MAX_EPOCH + 1, 4))) {
			log.prepare(Cursor.of("a", lost)).block(PATIENCE);
			assertThat(log.read(lost).gap()).as("gap after %s", lost).isTrue();
			assertThat(texts(log.read(lost))).containsExactly("3", "4", "5");
			assertThat(log.read(lost).position()).isEqualTo(at(log, 5));
		}
	}

	@Test
	void readWhenHistoryIsOffShouldReturnNothing() {
		ChannelLog log = prepared(get(
				broker(null).create("a", new ChannelSettings(0, SETTINGS.historyMaxAge(), null, MessageFormat.TEXT))));
		append(log, "1");
		append(log, "2");
		assertThat(log.retained()).isZero();
		assertThat(log.readAll()).isEqualTo(new Replay(List.of(), false, at(log, 2)));
		assertThat(log.read(at(log, 2))).isEqualTo(new Replay(List.of(), false, at(log, 2)));
		assertThat(log.read(at(log, 1))).isEqualTo(new Replay(List.of(), true, at(log, 2)));
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

	@Test
	void onSubscribersChangeShouldCallAfterEachChange() {
		ChannelLog log = get(broker(null).create("a", SETTINGS));
		AtomicInteger seen = new AtomicInteger(-1);
		Disposable calls = log.onSubscribersChange(() -> seen.set(log.subscribers()));
		log.join();
		Await.within(PATIENCE, () -> seen.get() == 1);
		log.leave();
		Await.within(PATIENCE, () -> seen.get() == 0);
		calls.dispose();
	}

	/**
	 * Waits for an answer.
	 * @param <T> the type of the answer
	 * @param mono emits the answer
	 * @return the answer
	 */
	protected static <T> T get(Mono<T> mono) {
		return Objects.requireNonNull(mono.block(PATIENCE));
	}

	/**
	 * Prepares a log for reading.
	 * @param log the log
	 * @return the same
	 */
	protected static ChannelLog prepared(ChannelLog log) {
		log.prepare(Cursor.LATEST).block(PATIENCE);
		return log;
	}

	/**
	 * Publishes a message and waits until this node has it.
	 * @param log the log, which has been prepared
	 * @param text the message
	 * @return its position
	 */
	protected static Position append(ChannelLog log, String text) {
		Position position = get(log.append(text));
		awaitArrival(log, position);
		return position;
	}

	/**
	 * Waits until a message is on this node.
	 * @param log the log, which has been prepared
	 * @param position the position of the message
	 */
	protected static void awaitArrival(ChannelLog log, Position position) {
		Await.within(PATIENCE, () -> log.newest().covers(position));
	}

	/**
	 * Closes a channel and waits until it has ended.
	 * @param log the log
	 */
	protected static void close(ChannelLog log) {
		log.close().block(PATIENCE);
	}

	/**
	 * A position in the epoch that a channel has now.
	 * @param log the log
	 * @param offset the offset
	 * @return the position
	 */
	protected static Position at(ChannelLog log, long offset) {
		return new Position(epoch(log), offset);
	}

	/**
	 * The epoch that a channel has now, as far as this node knows.
	 * @param log the log
	 * @return the epoch
	 */
	protected static long epoch(ChannelLog log) {
		return log.newest().epoch();
	}

	/**
	 * The texts of the messages of a replay.
	 * @param replay the replay
	 * @return the texts in order
	 */
	protected static List<String> texts(Replay replay) {
		return replay.messages().stream().map(Message::data).toList();
	}

	/**
	 * The number of living channels.
	 * @param broker the broker
	 * @return the number
	 */
	protected static long count(ChannelBroker broker) {
		return get(broker.state()).channels();
	}

	private static void count(Mono<?> attempt, AtomicInteger successes, AtomicInteger refusals) {
		attempt.doOnNext((ignored) -> successes.incrementAndGet())
			.then()
			.onErrorResume(ChannelException.class, (ex) -> Mono.fromRunnable(refusals::incrementAndGet))
			.block(PATIENCE);
	}

}
