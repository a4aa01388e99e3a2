package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for subscriptions that get more than one batch.
 */
class StreamTests {

	private static final Dialect DIALECT = new Dialect(Transport.SSE, TestNode.DIALECT.size());

	private final TestNode node = TestNode.create();

	@Test
	void batchWhenOneChannelAlwaysFillsItShouldServeTheOthersInTurn() {
		this.node.channel("a");
		this.node.channel("b");
		this.node.channel("c");
		TestSubscriber<Batch> stream = open("a", "b", "c");
		this.node.publish("b", "b".repeat(900));
		this.node.publish("c", "c".repeat(900));
		List<String> served = List.of("a", "b", "c", "a");
		for (String channel : served) {
			// More than fits into one batch, each time
			this.node.publish("a", "a".repeat(900), "a".repeat(900));
			assertThat(next(stream).segments()).extracting(Segment::channel).containsExactly(channel);
		}
	}

	@Test
	void batchWhenAnotherChannelIsFirstInTurnShouldKeepClientsOrder() {
		this.node.channel("a");
		this.node.channel("b");
		TestSubscriber<Batch> stream = open("a", "b");
		this.node.publish("a", "1");
		next(stream);
		this.node.publish("b", "2");
		this.node.publish("a", "3");
		assertThat(next(stream).segments()).extracting(Segment::channel).containsExactly("a", "b");
	}

	@Test
	void requestWhenMadeWithinOnNextShouldBeServedAfterIt() {
		this.node.channel("a");
		this.node.publish("a", "x".repeat(900), "y".repeat(900), "z".repeat(900));
		List<Integer> sizes = new ArrayList<>();
		this.node.subscriptions
			.open(DIALECT, this.node.loop,
					Mono.just(SubscriptionRequest.of(List.of("a"), Cursor.EARLIEST, null, Mono.empty())))
			.subscribe(new BaseSubscriber<>() {
				@Override
				protected void hookOnSubscribe(Subscription subscription) {
					request(1);
				}

				@Override
				protected void hookOnNext(Batch batch) {
					request(1);
					sizes.add(batch.segments().get(0).messages().size());
				}
			});
		this.node.time.advanceTime();
		assertThat(sizes).containsExactly(1, 1, 1);
	}

	private TestSubscriber<Batch> open(String... channels) {
		TestSubscriber<Batch> stream = TestSubscriber.builder().initialRequest(0).build();
		this.node.subscriptions
			.open(DIALECT, this.node.loop,
					Mono.just(SubscriptionRequest.of(List.of(channels), Cursor.LATEST, null, Mono.empty())))
			.subscribe(stream);
		next(stream);
		return stream;
	}

	private Batch next(TestSubscriber<Batch> stream) {
		stream.request(1);
		this.node.time.advanceTime();
		List<Batch> received = stream.getReceivedOnNext();
		return received.get(received.size() - 1);
	}

}
