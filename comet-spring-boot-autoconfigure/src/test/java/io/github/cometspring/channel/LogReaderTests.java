package io.github.cometspring.channel;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.LongStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LogReader}: where it begins when messages are published at that
 * moment.
 */
class LogReaderTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int BEFORE = 10;

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4 })
	void messagesWhenPublishedWhileReaderBeginsShouldBeginWithNewMessages(int callsBefore) {
		ChannelLog log = log(3, BEFORE);
		MovingLog moving = new MovingLog(log, callsBefore, 2);
		List<Message> received = read(moving, Cursor.LATEST, log);
		assertThat(received).as("since it began").isNotEmpty().noneMatch(Message::afterGap);
		assertThat(received.get(0).position().offset()).isGreaterThan(BEFORE);
		assertThat(offsets(received)).as("to the end without a hole")
			.isEqualTo(LongStream.rangeClosed(received.get(0).position().offset(), log.newest().offset())
				.boxed()
				.toList());
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3, 4, 5 })
	void messagesWhenPublishedWhileReaderResumesShouldGoOnAfterTheCursor(int callsBefore) {
		ChannelLog log = log(3, BEFORE);
		Cursor cursor = Cursor.of(log.id(), new Position(log.newest().epoch(), BEFORE));
		List<Message> received = read(new MovingLog(log, callsBefore, 3), cursor, log);
		assertThat(received).noneMatch(Message::afterGap);
		assertThat(offsets(received))
			.isEqualTo(LongStream.rangeClosed(BEFORE + 1, log.newest().offset()).boxed().toList());
	}

	@ParameterizedTest
	@ValueSource(ints = { 1, 2, 3, 4 })
	void messagesWhenHistoryIsOffAndPublishedWhileReaderOfAllBeginsShouldLoseNothing(int callsBefore) {
		ChannelLog log = log(0, BEFORE);
		MovingLog moving = new MovingLog(log, callsBefore, 2);
		List<Message> received = read(moving, Cursor.EARLIEST, log);
		assertThat(received).noneMatch(Message::afterGap);
		long first = received.get(0).position().offset();
		assertThat(first).as("not before its subscription").isBetween(BEFORE + 1L, BEFORE + 3L);
		assertThat(offsets(received)).isEqualTo(LongStream.rangeClosed(first, log.newest().offset()).boxed().toList());
	}

	/**
	 * The same with real threads, repeated until their calls have overlapped often.
	 */
	@Test
	void messagesWhenPublishedWithoutPauseShouldNeverBeginBeforeSubscription() throws InterruptedException {
		Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1000, Schedulers.parallel());
		Channel channel = Objects.requireNonNull(channels.create().block(PATIENCE));
		AtomicBoolean over = new AtomicBoolean();
		AtomicLong published = new AtomicLong();
		Thread publisher = new Thread(() -> {
			while (!over.get()) {
				channel.publish("m").subscribe((position) -> published.set(position.offset()));
			}
		});
		publisher.start();
		try {
			for (int i = 0; i < 20_000; i++) {
				long before = published.get();
				Message first = Objects.requireNonNull(channel.messages().blockFirst(PATIENCE));
				assertThat(first.position().offset()).isGreaterThan(before);
			}
		}
		finally {
			over.set(true);
			publisher.join();
		}
	}

	private ChannelLog log(int historySize, int messages) {
		ChannelLog log = Objects.requireNonNull(
				this.broker.create("a", ChannelSettings.DEFAULT.withHistorySize(historySize)).block(PATIENCE));
		for (int i = 0; i < messages; i++) {
			log.append("before").block(PATIENCE);
		}
		return log;
	}

	private static List<Message> read(MovingLog moving, Cursor from, ChannelLog log) {
		TestSubscriber<Message> reader = TestSubscriber.create();
		new LogReader(moving, from).messages(Schedulers.immediate()).subscribe(reader);
		log.append("after").block(PATIENCE);
		assertThat(moving.hasMoved()).isTrue();
		return reader.getReceivedOnNext();
	}

	private static List<Long> offsets(List<Message> messages) {
		return messages.stream().map((message) -> message.position().offset()).toList();
	}

}
