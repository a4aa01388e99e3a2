package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: an order that ends many polls, a slice at a time.
 */
class ManyKilledTests {

	private static final Duration LONG = Duration.ofDays(300);

	@Test
	void killWhenThereAreManyAndNewOnesBetweenShouldEndTheOldOnesOnly() {
		int many = 3 * EventLoop.SLICE + 7;
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		Channel channel = node.channel("a");
		List<TestSubscriber<Batch>> old = IntStream.range(0, many).mapToObj((i) -> node.poll("a")).toList();
		loop.runTasks();
		node.control.setTimeout(TestNode.TIMEOUT, true).block(TestNode.TIMEOUT);
		List<TestSubscriber<Batch>> young = new ArrayList<>();
		while (loop.waiting() > 0) {
			loop.doNow(() -> young.add(node.poll("a")));
			loop.runTask();
		}
		assertThat(young.size()).as("slices").isGreaterThan(3);
		assertThat(old).allMatch((poll) -> TestNode.ending(poll) == Ending.KILLED);
		assertThat(young).noneMatch(TestSubscriber::isTerminated);
		assertThat(channel.subscribers()).isEqualTo(young.size());
		loop.runTimers(TestNode.TIMEOUT);
		assertThat(young).allMatch((poll) -> TestNode.ending(poll) == Ending.TIMED_OUT);
	}

	@Test
	void killWhenTimeoutsDifferShouldEndPollsInTheOrderTheyCame() {
		TestNode node = TestNode.create();
		node.channel("a");
		List<Integer> ended = new ArrayList<>();
		for (int i = 0; i < 30; i++) {
			int number = i;
			node.control.setTimeout(Duration.ofSeconds(10 + i % 3)).block(TestNode.TIMEOUT);
			node.open(Cursor.LATEST, "a").doOnComplete(() -> ended.add(number)).subscribe(TestSubscriber.create());
		}
		node.control.deactivate().block(TestNode.TIMEOUT);
		assertThat(ended).isEqualTo(IntStream.range(0, 30).boxed().toList());
	}

	@Test
	void killWhenPollsGoAwayBetweenSlicesShouldEndTheRest() {
		int many = 3 * EventLoop.SLICE;
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		List<TestSubscriber<Batch>> polls = IntStream.range(0, many).mapToObj((i) -> node.poll("a")).toList();
		loop.runTasks();
		node.control.deactivate().block(TestNode.TIMEOUT);
		loop.runTask();
		TestSubscriber<Batch> gone = polls.stream().filter((poll) -> !poll.isTerminated()).findFirst().orElseThrow();
		loop.doNow(gone::cancel);
		loop.runTasks();
		assertThat(polls).filteredOn((poll) -> poll != gone).allMatch((poll) -> TestNode.ending(poll) == Ending.KILLED);
		assertThat(gone.getReceivedOnNext()).isEmpty();
		assertThat(node.connections()).isZero();
	}

	@Test
	void killWhenOneLoopHasEndedShouldReachTheOthers() {
		ManualEventLoop loop = new ManualEventLoop();
		ManualEventLoop dead = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		TestSubscriber<Batch> stranded = TestSubscriber.create();
		Mono<SubscriptionRequest> request = Mono
			.just(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		node.subscriptions.open(TestNode.DIALECT, dead, request).subscribe(stranded);
		dead.runTasks();
		dead.shutDown();
		for (int i = 0; i < 3; i++) {
			TestSubscriber<Batch> poll = node.poll("a");
			loop.runTasks();
			node.control.setTimeout(LONG, true).block(TestNode.TIMEOUT);
			loop.runTasks();
			assertThat(TestNode.ending(poll)).as("kill %d", i).isEqualTo(Ending.KILLED);
		}
		TestSubscriber<Batch> last = node.poll("a");
		loop.runTasks();
		node.subscriptions.shutDown();
		loop.runTasks();
		assertThat(TestNode.ending(last)).isEqualTo(Ending.SHUTTING_DOWN);
	}

	@Test
	void killWhenReceiverThrowsShouldEndOthers() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.channel("a");
		node.open(Cursor.LATEST, "a").subscribe(new ThrowingSubscriber());
		TestSubscriber<Batch> other = node.poll("a");
		loop.runTasks();
		node.control.deactivate().block(TestNode.TIMEOUT);
		try {
			loop.runTasks();
		}
		catch (ThrowingSubscriber.Failure ex) {
			loop.runTasks();
		}
		assertThat(TestNode.ending(other)).isEqualTo(Ending.KILLED);
	}

}
