package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ConnectionAge}.
 */
class ConnectionAgeTests {

	private static final Duration AGE = Duration.ofSeconds(1000);

	private final RecordingListener listener = new RecordingListener();

	private final TestNode node = TestNode.create();

	private final Subscriptions subscriptions = new Subscriptions(this.node.broker, this.node.control, null,
			new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15), AGE, null, null), List.of(this.listener));

	@BeforeEach
	void create() {
		this.node.channel("a");
	}

	@ParameterizedTest
	@EnumSource(names = { "SSE", "WEBSOCKET" })
	void streamWhenOldShouldEndAndGoOnFromItsCursor(Transport transport) {
		ConnectedClient client = connect(transport);
		TestSubscriber<Batch> stream = listen(client, Cursor.LATEST);
		this.node.publish("a", "1");
		pass(AGE.multipliedBy(89).dividedBy(100));
		assertThat(stream.isTerminated()).isFalse();
		this.node.publish("a", "2");
		pass(AGE.multipliedBy(22).dividedBy(100));
		assertThat(stream.isTerminatedComplete()).isTrue();
		assertThat(last(stream).ending()).isEqualTo(Ending.AGED);
		client.close();
		assertThat(this.listener.events).endsWith(transport.id() + " ended AGED");
		this.node.publish("a", "3");
		TestSubscriber<Batch> next = listen(connect(transport), last(stream).cursor());
		pass(Duration.ZERO);
		assertThat(messages(stream)).containsExactly("1", "2");
		assertThat(messages(next)).containsExactly("3");
	}

	@Test
	void streamsThatComeTogetherShouldEndByAndBy() {
		List<TestSubscriber<Batch>> streams = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			streams.add(listen(connect(Transport.SSE), Cursor.LATEST));
		}
		pass(AGE.multipliedBy(89).dividedBy(100));
		int steps = 0;
		long before = 0;
		for (int i = 0; i < 220; i++) {
			pass(AGE.dividedBy(1000));
			long ended = streams.stream().filter(TestSubscriber::isTerminated).count();
			assertThat(ended - before).isLessThan(100);
			steps += (ended > before) ? 1 : 0;
			before = ended;
		}
		assertThat(before).isEqualTo(500);
		assertThat(steps).isGreaterThan(30);
	}

	@Test
	void ageShouldCountFromTheConnectionAndNotFromTheLastChangeOfChannels() {
		ConnectedClient client = connect(Transport.WEBSOCKET);
		TestSubscriber<Batch> first = listen(client, Cursor.LATEST);
		pass(AGE.dividedBy(2));
		first.cancel();
		TestSubscriber<Batch> second = listen(client, Cursor.LATEST);
		pass(AGE.multipliedBy(61).dividedBy(100));
		assertThat(last(second).ending()).isEqualTo(Ending.AGED);
	}

	@Test
	void ageWhenReachedBetweenTwoSubscriptionsShouldEndTheNext() {
		ConnectedClient client = connect(Transport.WEBSOCKET);
		listen(client, Cursor.LATEST).cancel();
		pass(AGE.multipliedBy(2));
		TestSubscriber<Batch> next = listen(client, Cursor.LATEST);
		pass(Duration.ZERO);
		assertThat(last(next).ending()).isEqualTo(Ending.AGED);
	}

	@Test
	void ageWhenClientIsGoneShouldLeaveNothing() {
		ConnectedClient client = connect(Transport.SSE);
		listen(client, Cursor.LATEST).cancel();
		client.close();
		pass(AGE.multipliedBy(2));
		assertThat(this.listener.events).endsWith("sse ended CLIENT_GONE");
		assertThat(TestNode.deadlineQueues(this.subscriptions)).isZero();
	}

	@Test
	void ageWhenSubscriptionIsToBeginAfterTheEndOfTheClientShouldNotCount() {
		ConnectedClient client = connect(Transport.SSE);
		client.close();
		listen(client, Cursor.LATEST).cancel();
		pass(AGE.multipliedBy(2));
		assertThat(TestNode.deadlineQueues(this.subscriptions)).isZero();
	}

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" })
	void pollShouldHaveNoAge(Transport transport) {
		this.node.control.setTimeout(AGE.multipliedBy(3)).block(TestNode.TIMEOUT);
		TestSubscriber<Batch> poll = listen(connect(transport), Cursor.LATEST);
		pass(AGE.multipliedBy(2));
		assertThat(poll.isTerminated()).isFalse();
	}

	private ConnectedClient connect(Transport transport) {
		return this.subscriptions.connect(new Dialect(transport, (message) -> 1), this.node.loop);
	}

	private TestSubscriber<Batch> listen(ConnectedClient client, Cursor from) {
		TestSubscriber<Batch> stream = TestSubscriber.create();
		client.listen(SubscriptionRequest.of(List.of("a"), from, null, Mono.empty())).subscribe(stream);
		pass(Duration.ZERO);
		return stream;
	}

	private void pass(Duration time) {
		this.node.time.advanceTimeBy(time);
	}

	private static Batch last(TestSubscriber<Batch> stream) {
		List<Batch> received = stream.getReceivedOnNext();
		return received.get(received.size() - 1);
	}

	private static List<String> messages(TestSubscriber<Batch> stream) {
		return stream.getReceivedOnNext()
			.stream()
			.flatMap((batch) -> batch.segments().stream())
			.flatMap((segment) -> segment.messages().stream())
			.map((message) -> message.data())
			.toList();
	}

}
