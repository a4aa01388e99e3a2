package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Channel#messages()}.
 */
class ChannelMessagesTests extends ReadChannel {

	@Test
	void messagesShouldReturnMessagesInOrder() {
		Channel channel = channel(100);
		publish(channel, "before");
		StepVerifier.create(channel.messages())
			.expectSubscription()
			.then(() -> publish(channel, "1", "2"))
			.assertNext((message) -> {
				assertThat(message.channel()).isEqualTo(channel.id());
				assertThat(message.data()).isEqualTo("1");
				assertThat(message.position().offset()).isEqualTo(2);
				assertThat(message.afterGap()).isFalse();
			})
			.assertNext((message) -> assertThat(message.data()).isEqualTo("2"))
			.thenCancel()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100 })
	void messagesWhenPublishedRightAfterSubscriptionShouldReturnThem(int historySize) {
		SlowScheduler slow = new SlowScheduler();
		Channel channel = channel(historySize, slow.scheduler());
		publish(channel, "before");
		TestSubscriber<Message> reader = read(channel.messages(), Long.MAX_VALUE);
		publish(channel, "1", "2", "3");
		slow.run();
		assertThat(texts(reader)).containsExactly("1", "2", "3");
		assertThat(reader.getReceivedOnNext()).noneMatch(Message::afterGap);
	}

	@Test
	void messagesWhenSubscribedToTwiceShouldReturnAllToEach() {
		Channel channel = channel(100);
		Flux<Message> messages = channel.messages();
		publish(channel, "before");
		TestSubscriber<Message> first = read(messages, Long.MAX_VALUE);
		publish(channel, "1");
		TestSubscriber<Message> second = read(messages, Long.MAX_VALUE);
		publish(channel, "2");
		assertThat(texts(first)).containsExactly("1", "2");
		assertThat(texts(second)).containsExactly("2");
	}

	@Test
	void messagesShouldNotCountAsClient() {
		Channel channel = channel(100);
		read(channel.messages(), Long.MAX_VALUE);
		assertThat(channel.subscribers()).isZero();
		assertThat(channel.deliver("1").blockOptional(PATIENCE)).hasValueSatisfying((outcome) -> {
			assertThat(outcome.delivered()).isZero();
			assertThat(outcome.failed()).isZero();
		});
	}

	@Test
	void messagesShouldNotKeepIdleChannelAlive() {
		ChannelSettings settings = new ChannelSettings(100, Duration.ofMinutes(5), Duration.ofMinutes(1),
				MessageFormat.TEXT);
		Channel channel = channel(settings, this.time);
		TestSubscriber<Message> reader = read(channel.messages(), Long.MAX_VALUE);
		this.time.advanceTimeBy(Duration.ofMinutes(1).plusSeconds(1));
		assertThat(reader.isTerminatedComplete()).isTrue();
	}

	@Test
	void messagesWhenClosedShouldCompleteAfterTheLast() {
		Channel channel = channel(100);
		StepVerifier.create(channel.messages().map(Message::data))
			.expectSubscription()
			.then(() -> publish(channel, "1", "2"))
			.then(() -> channel.close().block(PATIENCE))
			.expectNext("1", "2")
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 100 })
	void messagesWhenPublishedAndClosedBeforeFirstReadShouldReturnThem(int historySize) {
		SlowScheduler slow = new SlowScheduler();
		Channel channel = channel(historySize, slow.scheduler());
		TestSubscriber<Message> reader = read(channel.messages(), Long.MAX_VALUE);
		slow.run();
		publish(channel, "1", "2", "3");
		channel.close().block(PATIENCE);
		slow.run();
		assertThat(texts(reader)).containsExactly("1", "2", "3");
		assertThat(reader.isTerminatedComplete()).isTrue();
	}

	@Test
	void messagesWhenClosedAndReaderIsSlowShouldReturnTheRestFirst() {
		Channel channel = channel(100);
		TestSubscriber<Message> reader = read(channel.messages(), 1);
		publish(channel, "1", "2", "3");
		channel.close().block(PATIENCE);
		publishFails(channel);
		assertThat(texts(reader)).containsExactly("1");
		reader.request(1);
		assertThat(texts(reader)).containsExactly("1", "2");
		assertThat(reader.isTerminated()).isFalse();
		reader.request(1);
		assertThat(texts(reader)).containsExactly("1", "2", "3");
		assertThat(reader.isTerminatedComplete()).isTrue();
	}

	@Test
	void messagesWhenReaderIsSlowShouldSkipMessagesThatHistoryHasDropped() {
		int historySize = 100;
		Channel channel = channel(historySize);
		TestSubscriber<Message> reader = read(channel.messages(), 1);
		IntStream.rangeClosed(1, 10_000).forEach((i) -> publish(channel, String.valueOf(i)));
		reader.request(Long.MAX_VALUE);
		List<Message> received = reader.getReceivedOnNext();
		assertThat(received.get(0).data()).isEqualTo("1");
		assertThat(received).hasSizeLessThanOrEqualTo(1 + 2 * historySize);
		assertThat(received.get(received.size() - 1).data()).isEqualTo("10000");
		assertThat(received.stream().filter(Message::afterGap).count()).as("reported once").isOne();
		long last = 0;
		for (Message message : received) {
			assertThat(message.afterGap()).as("at %s", message.data())
				.isEqualTo(message.position().offset() != last + 1);
			last = message.position().offset();
		}
	}

	@Test
	void messagesWhenReaderRequestsOneAtATimeShouldReturnEach() {
		Channel channel = channel(100);
		TestSubscriber<Message> reader = read(channel.messages(), 0);
		publish(channel, "1", "2", "3");
		for (int i = 1; i <= 3; i++) {
			assertThat(reader.getReceivedOnNext()).hasSize(i - 1);
			reader.request(1);
			assertThat(reader.getReceivedOnNext()).hasSize(i);
		}
		reader.request(1);
		publish(channel, "4");
		assertThat(texts(reader)).containsExactly("1", "2", "3", "4");
		assertThat(reader.getProtocolErrors()).isEmpty();
	}

	@Test
	void messagesWhenCancelledShouldLeaveNoSubscriberBehind() {
		Channel channel = channel(100);
		List<TestSubscriber<Message>> readers = IntStream.range(0, 10)
			.mapToObj((i) -> read(channel.messages(), (i % 2 == 0) ? Long.MAX_VALUE : 0))
			.toList();
		publish(channel, "1");
		assertThat(feedSubscribers(channel)).isEqualTo(10);
		readers.forEach(TestSubscriber::cancel);
		assertThat(feedSubscribers(channel)).isZero();
		publish(channel, "2");
		assertThat(readers).allMatch((reader) -> !texts(reader).contains("2"));
	}

	@Test
	void messagesWhenReadConcurrentlyShouldLoseNothing() {
		Scheduler threads = Schedulers.newParallel("readers", 2);
		try {
			int count = 20_000;
			ChannelSettings settings = new ChannelSettings(count, Duration.ofHours(1), null, MessageFormat.TEXT);
			Channel channel = channel(settings, threads);
			List<Mono<List<Message>>> readers = IntStream.range(0, 4)
				.mapToObj((i) -> channel.messages(Cursor.EARLIEST).limitRate(16).collectList().cache())
				.toList();
			List<TestSubscriber<List<Message>>> results = new ArrayList<>();
			readers.forEach((reader) -> {
				TestSubscriber<List<Message>> result = TestSubscriber.create();
				reader.subscribe(result);
				results.add(result);
			});
			IntStream.rangeClosed(1, count).forEach((i) -> publish(channel, String.valueOf(i)));
			channel.close().block(PATIENCE);
			for (TestSubscriber<List<Message>> result : results) {
				result.block(PATIENCE);
				List<Message> received = result.getReceivedOnNext().get(0);
				assertThat(received).hasSize(count).noneMatch(Message::afterGap);
				assertThat(received).extracting((message) -> message.position().offset()).isSorted();
			}
		}
		finally {
			threads.dispose();
		}
	}

}
