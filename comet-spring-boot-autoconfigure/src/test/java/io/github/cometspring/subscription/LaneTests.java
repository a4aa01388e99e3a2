package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.test.util.ReflectionTestUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Lane}.
 */
class LaneTests {

	private final ManualEventLoop loop = new ManualEventLoop();

	private final TestNode node = TestNode.with().loop(this.loop).node();

	private final Channel channel = this.node.channel("a");

	@Test
	void publishWhenRepeatedShouldPostOneTask() {
		List<TestSubscriber<Batch>> polls = polls(10);
		IntStream.range(0, 50).forEach((i) -> this.node.publish("a", "m" + i));
		assertThat(this.loop.waiting()).isOne();
		this.loop.runTasks();
		assertThat(polls).allSatisfy((poll) -> assertThat(TestNode.received(poll)).hasSize(50));
	}

	@Test
	void wakeWhenClientsHaveTheSamePositionShouldShareOneSegment() {
		List<TestSubscriber<Batch>> polls = polls(3);
		this.node.publish("a", "1");
		this.loop.runTasks();
		assertThat(polls).extracting((poll) -> TestNode.answer(poll).segments().get(0))
			.containsOnly(TestNode.answer(polls.get(0)).segments().get(0));
	}

	@Test
	void wakeWhenClientsLeaveBetweenSlicesShouldReachTheRest() {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("comet.test.seed=" + seed);
		Random random = new Random(seed);
		List<TestSubscriber<Batch>> polls = polls(5 * EventLoop.SLICE);
		List<TestSubscriber<Batch>> gone = new ArrayList<>();
		List<TestSubscriber<Batch>> late = new ArrayList<>();
		this.node.publish("a", "1");
		for (int slice = 0; this.loop.waiting() > 0; slice++) {
			this.loop.runTask();
			List<TestSubscriber<Batch>> waiting = new ArrayList<>(
					polls.stream().filter((poll) -> !poll.isTerminated() && !gone.contains(poll)).toList());
			Collections.shuffle(waiting, random);
			List<TestSubscriber<Batch>> leaving = waiting.subList(0, Math.min(40, waiting.size()));
			this.loop.doNow(() -> leaving.forEach(TestSubscriber::cancel));
			gone.addAll(leaving);
			this.loop.doNow(() -> IntStream.range(0, 20).forEach((i) -> late.add(this.node.poll("a"))));
			if (slice == 1) {
				this.node.publish("a", "2");
			}
		}
		assertThat(gone).isNotEmpty().allMatch((poll) -> poll.getReceivedOnNext().isEmpty());
		assertThat(polls).filteredOn((poll) -> !gone.contains(poll))
			.allSatisfy((poll) -> assertThat(TestNode.received(poll)).startsWith("a=1"));
		assertThat(late.subList(0, 40))
			.allSatisfy((poll) -> assertThat(TestNode.received(poll)).containsExactly("a=2"));
		assertThat(late.subList(40, late.size())).noneMatch(TestSubscriber::isTerminated);
		assertThat(this.channel.subscribers()).isEqualTo(late.size() - 40);
	}

	@Test
	void wakeWhenPublishedDuringWalkShouldReachClientsAlreadyVisited() {
		List<TestSubscriber<Batch>> polls = polls(4 * EventLoop.SLICE);
		this.node.publish("a", "1");
		this.loop.runTask();
		List<TestSubscriber<Batch>> again = new ArrayList<>();
		polls.stream()
			.filter(TestSubscriber::isTerminated)
			.forEach((poll) -> this.loop.doNow(() -> again.add(this.node.poll(TestNode.cursor(poll), "a"))));
		this.node.publish("a", "2");
		this.loop.runTasks();
		assertThat(polls).allMatch(TestSubscriber::isTerminatedComplete);
		assertThat(again).hasSize(EventLoop.SLICE)
			.allSatisfy((poll) -> assertThat(TestNode.received(poll)).containsExactly("a=2"));
	}

	@Test
	void publishWhenLaneIsEmptyShouldRetireIt() {
		polls(1);
		this.node.publish("a", "1");
		this.loop.runTasks();
		assertThat(this.node.lanes()).isOne();
		assertThat(feedSubscribers(this.node.log("a"))).isOne();
		this.node.publish("a", "2");
		this.loop.runTasks();
		assertThat(this.node.lanes()).isZero();
		assertThat(feedSubscribers(this.node.log("a"))).isZero();
	}

	@Test
	void openWhenLaneHasRetiredShouldListenAgain() {
		for (int i = 0; i < 3; i++) {
			List<TestSubscriber<Batch>> polls = polls(2);
			this.node.publish("a", "1");
			this.loop.runTasks();
			assertThat(polls).allSatisfy((poll) -> assertThat(TestNode.received(poll)).containsExactly("a=1"));
			this.node.publish("a", "unheard");
			this.loop.runTasks();
			assertThat(this.node.lanes()).isZero();
		}
	}

	@Test
	void openWhenLaneIsAboutToRetireShouldBeServed() {
		polls(1).get(0).cancel();
		this.loop.runTasks();
		this.node.publish("a", "1");
		List<TestSubscriber<Batch>> polls = new ArrayList<>();
		this.loop.doNow(() -> polls.add(this.node.poll("a")));
		this.loop.runTasks();
		this.node.publish("a", "2");
		this.loop.runTasks();
		assertThat(TestNode.received(polls.get(0))).containsExactly("a=2");
	}

	@Test
	void closeWhenLaneIsEmptyShouldRetireIt() {
		polls(1).get(0).cancel();
		this.loop.runTasks();
		assertThat(this.node.lanes()).isOne();
		this.channel.close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.node.lanes()).isZero();
	}

	@Test
	void closeWhenClientsWaitShouldRetireLane() {
		polls(2 * EventLoop.SLICE);
		this.channel.close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.channel.subscribers()).isZero();
		assertThat(this.node.lanes()).isZero();
	}

	@Test
	void closeWhenWalkIsUnderwayAndClientsLeaveShouldRetireLane() {
		List<TestSubscriber<Batch>> polls = polls(2 * EventLoop.SLICE);
		this.node.publish("a", "1");
		this.loop.runTask();
		this.loop.doNow(() -> polls.forEach(TestSubscriber::cancel));
		this.channel.close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.node.lanes()).isZero();
	}

	@Test
	void openWhenManyChannelsAreClosedShouldKeepNoLane() {
		for (int i = 0; i < 200; i++) {
			String name = "room-" + i;
			Channel room = this.node.channel(name);
			TestSubscriber<Batch> poll = this.node.poll(Cursor.LATEST, name, "a");
			this.loop.runTasks();
			if (i % 2 == 0) {
				this.node.publish(name, "bye");
			}
			room.close().block(TestNode.TIMEOUT);
			this.loop.runTasks();
			assertThat(TestNode.received(poll)).endsWith(name + "!ended");
		}
		assertThat(this.node.lanes()).as("of the channel that lives").isOne();
		assertThat(this.channel.subscribers()).isZero();
	}

	private List<TestSubscriber<Batch>> polls(int count) {
		List<TestSubscriber<Batch>> polls = IntStream.range(0, count).mapToObj((i) -> this.node.poll("a")).toList();
		this.loop.runTasks();
		return polls;
	}

	private static int feedSubscribers(ChannelLog log) {
		Sinks.Many<?> live = (Sinks.Many<?>) ReflectionTestUtils.getField(log, "live");
		return (live != null) ? live.currentSubscriberCount() : 0;
	}

}
