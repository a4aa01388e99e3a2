package io.github.cometspring.subscription;

import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Outcome;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Channel#deliver(String)} with clients. One class, as all of it
 * delivers to the clients of one node.
 */
class DeliverTests {

	private final ManualEventLoop loop = new ManualEventLoop();

	private final TestNode node = TestNode.with().loop(this.loop).node();

	private final Channel channel = this.node.channel("a");

	@Test
	void deliverWhenThereIsNoClientShouldCompleteAtOnce() {
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		assertOutcome(outcome, 0, 0);
		assertThat(outcome.getReceivedOnNext().get(0).position().offset()).isOne();
	}

	@Test
	void deliverWhenAnswerIsWrittenShouldCountSuccess() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1");
		assertThat(outcome.isTerminated()).as("waits until it is written").isFalse();
		TestNode.answer(poll).written();
		assertOutcome(outcome, 1, 0);
	}

	@Test
	void deliverWhenAnswerCannotBeWrittenShouldCountFailure() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTasks();
		TestNode.answer(poll).failed();
		assertOutcome(outcome, 0, 1);
	}

	@Test
	void deliverWhenReportIsRepeatedShouldCountTheFirst() {
		TestSubscriber<Batch> first = poll("a");
		TestSubscriber<Batch> second = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTasks();
		TestNode.answer(first).written();
		TestNode.answer(first).failed();
		TestNode.answer(first).written();
		assertThat(outcome.isTerminated()).isFalse();
		TestNode.answer(second).written();
		assertOutcome(outcome, 2, 0);
	}

	@Test
	void deliverWhenClientsAreOnSeveralLoopsShouldCountAll() {
		ManualEventLoop otherLoop = new ManualEventLoop();
		TestSubscriber<Batch> here = poll("a");
		TestSubscriber<Batch> there = TestSubscriber.create();
		Mono<SubscriptionRequest> request = Mono
			.just(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		this.node.subscriptions.open(TestNode.DIALECT, otherLoop, request).subscribe(there);
		otherLoop.runTasks();
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTasks();
		TestNode.answer(here).written();
		assertThat(outcome.isTerminated()).isFalse();
		otherLoop.runTasks();
		assertThat(outcome.isTerminated()).isFalse();
		TestNode.answer(there).failed();
		assertOutcome(outcome, 1, 1);
	}

	@Test
	void deliverWhenClientDisconnectsBeforeItIsWokenShouldCountFailure() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.doNow(poll::cancel);
		this.loop.runTasks();
		assertOutcome(outcome, 0, 1);
	}

	@Test
	void deliverWhenClientIsKilledBeforeItIsWokenShouldCountFailure() {
		this.node.deliver("a", "0");
		TestSubscriber<Batch> poll = poll("a");
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTasks();
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.KILLED);
		assertOutcome(outcome, 0, 1);
	}

	@Test
	void deliverWhenClientConnectsAfterwardsShouldNotWaitForIt() {
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		TestSubscriber<Batch> late = poll(Cursor.EARLIEST, "a");
		assertThat(TestNode.received(late)).containsExactly("a=1");
		assertOutcome(outcome, 0, 0);
	}

	@Test
	void deliverWhenClientConnectsBeforeTheWakeShouldNotWaitForIt() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		List<TestSubscriber<Batch>> late = new ArrayList<>();
		this.loop.doNow(() -> late.add(this.node.poll(Cursor.EARLIEST, "a")));
		assertThat(TestNode.received(late.get(0))).containsExactly("a=1");
		this.loop.runTasks();
		TestNode.answer(poll).written();
		assertOutcome(outcome, 1, 0);
	}

	@Test
	void deliverWhenClientIsWokenByAnotherChannelShouldCountIt() {
		this.node.channel("b");
		TestSubscriber<Batch> poll = poll("a", "b");
		this.node.publish("b", "first");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTask();
		assertThat(TestNode.received(poll)).containsExactly("a=1", "b=first");
		TestNode.answer(poll).written();
		this.loop.runTasks();
		assertOutcome(outcome, 1, 0);
	}

	@Test
	void deliverWhenSeveralAreInOneAnswerShouldCompleteEach() {
		TestSubscriber<Batch> poll = poll("a");
		List<TestSubscriber<Outcome>> outcomes = List.of(this.node.deliver("a", "1"), this.node.deliver("a", "2"),
				this.node.deliver("a", "3"));
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1", "a=2", "a=3");
		TestNode.answer(poll).written();
		assertThat(outcomes).allSatisfy((outcome) -> assertOutcome(outcome, 1, 0));
	}

	@Test
	void deliverWhenMessageDoesNotFitIntoAnswerShouldCountFailure() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> first = this.node.deliver("a", "x".repeat(900));
		TestSubscriber<Outcome> second = this.node.deliver("a", "y".repeat(900));
		this.loop.runTasks();
		TestNode.answer(poll).written();
		assertOutcome(first, 1, 0);
		assertOutcome(second, 0, 1);
	}

	@Test
	void deliverWhenPublishedJustBeforeLogIsReadShouldCountClientThatGetsIt() {
		List<TestSubscriber<Outcome>> outcomes = new ArrayList<>();
		TestSubscriber<Batch> poll = poll(
				before("read", () -> outcomes.add(this.node.deliver("a", "" + (outcomes.size() + 1)))));
		this.node.publish("a", "0");
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=0", "a=1");
		assertThat(outcomes).hasSize(1);
		TestNode.answer(poll).written();
		assertOutcome(outcomes.get(0), 1, 0);
	}

	@Test
	void deliverWhenPublishedWhileClientJoinsShouldNotWaitForClientThatBeginsAfterIt() {
		List<TestSubscriber<Outcome>> outcomes = new ArrayList<>();
		TestSubscriber<Batch> poll = poll(before("newest", () -> {
			if (outcomes.isEmpty()) {
				outcomes.add(this.node.deliver("a", "1"));
			}
		}));
		assertThat(poll.isTerminated()).isFalse();
		assertOutcome(outcomes.get(0), 0, 0);
	}

	private TestSubscriber<Batch> poll(ChannelBroker broker) {
		Subscriptions subscriptions = new Subscriptions(broker, this.node.control, null, TestNode.LIMITS);
		TestSubscriber<Batch> poll = TestSubscriber.create();
		Mono<SubscriptionRequest> request = Mono
			.just(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		subscriptions.open(TestNode.DIALECT, this.loop, request).subscribe(poll);
		this.loop.runTasks();
		return poll;
	}

	/**
	 * The node's broker, whose logs run an action before one of their methods.
	 */
	private ChannelBroker before(String methods, Runnable something) {
		return (ChannelBroker) proxy(ChannelBroker.class, this.node.broker, (method, result) -> {
			if (!method.getName().equals("findAll")) {
				return result.get();
			}
			return ((Mono<?>) result.get()).map((found) -> {
				Map<String, ChannelLog> logs = new HashMap<>();
				((Map<?, ?>) found).forEach((id, log) -> logs.put((String) id,
						(ChannelLog) proxy(ChannelLog.class, log, (reading, read) -> {
							if (reading.getName().startsWith(methods)) {
								something.run();
							}
							return read.get();
						})));
				return logs;
			});
		});
	}

	private static Object proxy(Class<?> type, Object target, BiFunction<Method, Supplier<Object>, Object> around) {
		return Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] { type },
				(proxy, method, arguments) -> switch (method.getName()) {
					case "equals" -> proxy == arguments[0];
					case "hashCode" -> System.identityHashCode(proxy);
					default -> around.apply(method, () -> ReflectionUtils.invokeMethod(method, target, arguments));
				});
	}

	@Test
	void deliverWhenLoopHasEndedShouldComplete() {
		poll("a");
		this.loop.shutDown();
		assertThat(this.node.deliver("a", "1").isTerminatedComplete()).isTrue();
		assertThat(this.node.deliver("a", "2").isTerminatedComplete()).isTrue();
	}

	@Test
	void deliverWhenChannelIsClosedAtOnceShouldComplete() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.channel.close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1", "a!ended");
		TestNode.answer(poll).written();
		assertOutcome(outcome, 1, 0);
	}

	@Test
	void deliverWhenCancelledShouldStillDeliver() {
		TestSubscriber<Batch> poll = poll("a");
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		outcome.cancel();
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=1");
		TestNode.answer(poll).written();
		assertThat(outcome.getReceivedOnNext()).isEmpty();
	}

	@Test
	void deliverWhenClientsAreManyShouldCountThem() {
		int clients = 3 * EventLoop.SLICE + 1;
		List<TestSubscriber<Batch>> polls = IntStream.range(0, clients).mapToObj((i) -> this.node.poll("a")).toList();
		this.loop.runTasks();
		TestSubscriber<Outcome> outcome = this.node.deliver("a", "1");
		this.loop.runTask();
		long answered = polls.stream().filter(TestSubscriber::isTerminated).count();
		assertThat(answered).as("a slice at a time").isEqualTo(EventLoop.SLICE);
		this.loop.doNow(polls.stream().filter((poll) -> !poll.isTerminated()).findFirst().orElseThrow()::cancel);
		this.loop.runTasks();
		polls.stream().filter(TestSubscriber::isTerminatedComplete).forEach((poll) -> TestNode.answer(poll).written());
		assertOutcome(outcome, clients - 1, 1);
	}

	private TestSubscriber<Batch> poll(String... channels) {
		return poll(Cursor.LATEST, channels);
	}

	private TestSubscriber<Batch> poll(Cursor cursor, String... channels) {
		TestSubscriber<Batch> poll = this.node.poll(cursor, channels);
		this.loop.runTasks();
		return poll;
	}

	private static void assertOutcome(TestSubscriber<Outcome> outcome, int delivered, int failed) {
		assertThat(outcome.isTerminatedComplete()).as("completed").isTrue();
		assertThat(outcome.getReceivedOnNext()).singleElement().satisfies((result) -> {
			assertThat(result.delivered()).as("delivered").isEqualTo(delivered);
			assertThat(result.failed()).as("failed").isEqualTo(failed);
		});
	}

}
