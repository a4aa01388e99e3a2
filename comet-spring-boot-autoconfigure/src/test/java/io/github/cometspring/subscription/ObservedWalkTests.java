package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.PublicationObserver;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An observer is told of each walk once, and of no client.
 */
class ObservedWalkTests {

	private final TestNode node = TestNode.create();

	private final ManualEventLoop loop = new ManualEventLoop();

	private final List<String> events = new ArrayList<>();

	private final List<String> received = new ArrayList<>();

	private Subscriptions subscriptions = subscriptions(new Recorder());

	ObservedWalkTests() {
		this.node.channel("a");
	}

	@Test
	void walkOfManyClientsShouldBeObservedOnce() {
		connect(3 * EventLoop.SLICE);
		this.node.publish("a", "1");
		assertThat(this.events).containsExactly("a 0");
		this.loop.runTask();
		assertThat(this.events).containsExactly("a 0", "begin 0 of 192");
		this.loop.runTasks();
		assertThat(this.events).containsExactly("a 0", "begin 0 of 192", "end 0");
		assertThat(this.received).hasSize(192);
	}

	@Test
	void publicationsThatShareWalkShouldBeObservedAsTheFirst() {
		connect(1);
		this.node.publish("a", "1", "2", "3");
		this.loop.runTasks();
		assertThat(this.events).containsExactly("a 0", "begin 0 of 1", "end 0");
		assertThat(this.received).containsExactly("1", "2", "3");
	}

	@Test
	void publicationDuringWalkShouldBeObservedAfterIt() {
		connect(3 * EventLoop.SLICE);
		this.node.publish("a", "1");
		this.loop.runTask();
		this.node.publish("a", "2");
		this.loop.runTasks();
		assertThat(this.events).containsExactly("a 0", "begin 0 of 192", "a 1", "end 0", "begin 1 of 192", "end 1");
	}

	@Test
	void walkWhenClientsHaveLeftShouldNotBegin() {
		Client client = connect(1).get(0);
		this.node.publish("a", "1");
		this.loop.doNow(client::cancel);
		this.loop.runTasks();
		assertThat(this.events).containsExactly("a 0");
	}

	@Test
	void endOfChannelShouldNotBeObserved() {
		connect(1);
		this.node.channel("a").close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.events).isEmpty();
	}

	@Test
	void observerThatFailsShouldNotKeepMessageFromClients() {
		List<PublicationObserver> failing = List.of(new PublicationObserver() {

			@Override
			public Walk deliver(String channel) {
				throw new IllegalStateException("deliver");
			}

		}, new PublicationObserver() {

			@Override
			public Walk deliver(String channel) {
				return new FailingWalk();
			}

		});
		for (PublicationObserver observer : failing) {
			this.subscriptions = subscriptions(observer);
			connect(2);
			this.received.clear();
			this.node.publish("a", "1");
			this.loop.runTasks();
			assertThat(this.received).containsExactly("1", "1");
			this.node.publish("a", "2");
			this.loop.runTasks();
			assertThat(this.received).contains("2");
			this.node.channel("a").close().block(TestNode.TIMEOUT);
			this.loop.runTasks();
			this.node.channel("a");
		}
	}

	private Subscriptions subscriptions(PublicationObserver observer) {
		return new Subscriptions(this.node.broker, this.node.control, null, TestNode.LIMITS, List.of(), observer);
	}

	private List<Client> connect(int clients) {
		SubscriptionRequest request = SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty());
		List<Client> connected = IntStream.range(0, clients).mapToObj((i) -> new Client()).toList();
		connected.forEach((client) -> this.loop.doNow(
				() -> this.subscriptions.open(new Dialect(Transport.SSE, (message) -> 1), this.loop, Mono.just(request))
					.subscribe(client)));
		this.loop.runTasks();
		return connected;
	}

	private final class Client extends BaseSubscriber<Batch> {

		@Override
		protected void hookOnNext(Batch batch) {
			batch.segments()
				.forEach((segment) -> segment.messages()
					.forEach((message) -> ObservedWalkTests.this.received.add(message.data())));
			batch.written();
		}

	}

	private final class Recorder implements PublicationObserver {

		private int walks;

		@Override
		public @Nullable Walk deliver(String channel) {
			int number = this.walks++;
			List<String> events = ObservedWalkTests.this.events;
			events.add(channel + " " + number);
			return new Walk() {

				@Override
				public void begin(int clients) {
					events.add("begin %d of %d".formatted(number, clients));
				}

				@Override
				public void end() {
					events.add("end " + number);
				}

			};
		}

	}

	private static final class FailingWalk implements PublicationObserver.Walk {

		@Override
		public void begin(int clients) {
			throw new IllegalStateException("begin");
		}

		@Override
		public void end() {
			throw new AssertionError("end");
		}

	}

}
