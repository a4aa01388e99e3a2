package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Collisions;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: where a poll resumes, and how many messages one answer
 * has.
 */
class ReplayTests {

	private static final long SAME = 0;

	private static final long OTHER = 1;

	/**
	 * Five messages, of which the history has the last three.
	 */
	@ParameterizedTest
	@MethodSource
	void openWhenCursorIsGivenShouldResume(long epoch, long offset, String received) {
		TestNode node = TestNode.with().history(3).node();
		node.publish("a", "1", "2", "3", "4", "5");
		Cursor cursor = Cursor.of("a", new Position(epoch(node, "a", epoch), offset));
		TestSubscriber<Batch> poll = node.poll(cursor, "a");
		if (received.isEmpty()) {
			assertThat(poll.isTerminated()).isFalse();
			node.publish("a", "6");
			assertThat(TestNode.received(poll)).containsExactly("a=6");
		}
		else {
			assertThat(TestNode.received(poll)).containsExactly(received.split(" "));
			assertThat(TestNode.cursor(poll)).isEqualTo(node.channel("a").cursor().block(TestNode.TIMEOUT));
		}
	}

	static Stream<Arguments> openWhenCursorIsGivenShouldResume() {
		return Stream.of(Arguments.of(SAME, 5, ""), Arguments.of(SAME, 4, "a=5"), Arguments.of(SAME, 3, "a=4 a=5"),
				Arguments.of(SAME, 2, "a=3 a=4 a=5"), Arguments.of(SAME, 1, "a!gap a=3 a=4 a=5"),
				Arguments.of(SAME, 0, "a!gap a=3 a=4 a=5"), Arguments.of(SAME, 6, "a!gap a=3 a=4 a=5"),
				Arguments.of(SAME, Position.MAX_OFFSET, "a!gap a=3 a=4 a=5"),
				Arguments.of(OTHER, 5, "a!gap a=3 a=4 a=5"), Arguments.of(OTHER, 0, "a!gap a=3 a=4 a=5"));
	}

	@Test
	void openWhenEarliestShouldReplayWithoutGap() {
		TestNode node = TestNode.with().history(3).node();
		node.publish("a", "1", "2", "3", "4", "5");
		assertThat(TestNode.received(node.poll(Cursor.EARLIEST, "a"))).containsExactly("a=3", "a=4", "a=5");
	}

	@Test
	void openWhenEarliestAndNothingThereShouldWait() {
		TestNode node = TestNode.create();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "a");
		assertThat(poll.isTerminated()).isFalse();
		node.publish("a", "1");
		assertThat(TestNode.received(poll)).containsExactly("a=1");
	}

	@Test
	void openWhenGapAndHistoryIsEmptyShouldAnswerAtOnce() {
		TestNode node = TestNode.with().history(0).node();
		node.publish("a", "1", "2");
		TestSubscriber<Batch> poll = node.poll(Cursor.of("a", new Position(epoch(node, "a", SAME), 1)), "a");
		assertThat(TestNode.received(poll)).containsExactly("a!gap");
		assertThat(node.poll(TestNode.cursor(poll), "a").isTerminated()).as("reported once").isFalse();
	}

	@Test
	void openWhenChannelIsNewUnderOldNameShouldReportGap() {
		TestNode node = TestNode.create();
		node.publish("a", "1");
		Cursor cursor = node.channel("a").cursor().blockOptional(TestNode.TIMEOUT).orElseThrow();
		node.channel("a").close().block(TestNode.TIMEOUT);
		node.publish("a", "2");
		assertThat(TestNode.received(node.poll(cursor, "a"))).containsExactly("a!gap", "a=2");
	}

	@Test
	void openWhenChannelsChangeShouldResumeThoseInCursor() {
		TestNode node = TestNode.create();
		node.publish("a", "1");
		node.publish("b", "1");
		TestSubscriber<Batch> first = node.poll(Cursor.EARLIEST, "a", "b");
		node.publish("a", "2");
		node.publish("b", "2");
		node.publish("c", "2");
		assertThat(TestNode.received(node.poll(TestNode.cursor(first), "c", "b"))).containsExactly("b=2");
		assertThat(TestNode.received(node.poll(TestNode.cursor(first), "b", "a"))).containsExactly("b=2", "a=2");
	}

	@Test
	void openWhenKilledBeforeGapIsReportedShouldReportItNextTime() {
		TestNode node = TestNode.create();
		node.publish("a", "1");
		Cursor old = Cursor.of("a", new Position(epoch(node, "a", OTHER), 7));
		TestSubscriber<Batch> killed = TestSubscriber.builder().initialRequest(0).build();
		node.open(old, "a").subscribe(killed);
		node.control.setTimeout(TestNode.TIMEOUT, true).block(TestNode.TIMEOUT);
		killed.request(1);
		assertThat(TestNode.ending(killed)).isEqualTo(Ending.KILLED);
		assertThat(TestNode.received(node.poll(TestNode.cursor(killed), "a"))).containsExactly("a!gap", "a=1");
	}

	@Test
	void openWhenEarliestIsKilledAtOnceShouldResumeWithoutGap() {
		TestNode node = TestNode.with().history(2).node();
		node.publish("a", "1", "2", "3");
		TestSubscriber<Batch> killed = TestSubscriber.builder().initialRequest(0).build();
		node.open(Cursor.EARLIEST, "a").subscribe(killed);
		node.control.setTimeout(TestNode.TIMEOUT, true).block(TestNode.TIMEOUT);
		killed.request(1);
		assertThat(TestNode.received(node.poll(TestNode.cursor(killed), "a"))).containsExactly("a=2", "a=3");
	}

	@Test
	void openWhenMessagesExceedBudgetShouldLeaveTheRestForTheNextPoll() {
		TestNode node = TestNode.create();
		List<String> sent = IntStream.range(0, 25).mapToObj((i) -> i + "x".repeat(98)).toList();
		node.publish("a", sent.toArray(String[]::new));
		List<String> received = new ArrayList<>();
		int polls = 0;
		Cursor cursor = Cursor.EARLIEST;
		while (received.size() < sent.size()) {
			TestSubscriber<Batch> poll = node.poll(cursor, "a");
			List<String> entries = TestNode.received(poll);
			assertThat(entries.stream().mapToInt((entry) -> entry.length() - 2).sum()).isLessThanOrEqualTo(1000);
			entries.forEach((entry) -> received.add(entry.substring(2)));
			cursor = TestNode.cursor(poll);
			polls++;
		}
		assertThat(received).isEqualTo(sent);
		assertThat(polls).isEqualTo(3);
	}

	@Test
	void openWhenMessageFillsBudgetExactlyShouldFit() {
		TestNode node = TestNode.create();
		node.publish("a", "x".repeat(400), "y".repeat(600), "z");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "a");
		assertThat(TestNode.answer(poll).segments().get(0).messages()).hasSize(2);
	}

	@Test
	void openWhenOneMessageExceedsBudgetShouldSendItAlone() {
		TestNode node = TestNode.create();
		node.publish("a", "small", "x".repeat(5000), "y".repeat(5000), "last");
		List<List<String>> answers = drain(node, 4, "a");
		assertThat(answers).extracting(List::size).containsExactly(1, 1, 1, 1);
		assertThat(answers.get(1)).containsExactly("a=" + "x".repeat(5000));
	}

	@Test
	void openWhenSeveralChannelsShareBudgetShouldServeThemInOrder() {
		TestNode node = TestNode.create();
		node.publish("a", "a".repeat(700));
		node.publish("b", "b".repeat(200), "b".repeat(200));
		node.publish("c", "c".repeat(100), "c".repeat(2000));
		List<List<String>> answers = drain(node, 3, "a", "b", "c");
		assertThat(answers.get(0)).containsExactly("a=" + "a".repeat(700), "b=" + "b".repeat(200),
				"c=" + "c".repeat(100));
		assertThat(answers.get(1)).containsExactly("b=" + "b".repeat(200));
		assertThat(answers.get(2)).containsExactly("c=" + "c".repeat(2000));
	}

	@Test
	void openWhenGapDoesNotFitIntoAnswerShouldReportItNextTime() {
		TestNode node = TestNode.create();
		node.publish("a", "a".repeat(1000));
		node.publish("b", "1", "2");
		Cursor old = Cursor
			.of(Map.of("a", new Position(epoch(node, "a", SAME), 0), "b", new Position(epoch(node, "b", OTHER), 9)));
		TestSubscriber<Batch> first = node.poll(old, "a", "b");
		TestSubscriber<Batch> second = node.poll(TestNode.cursor(first), "a", "b");
		List<String> all = Stream.concat(TestNode.received(first).stream(), TestNode.received(second).stream())
			.toList();
		assertThat(all).containsExactly("a=" + "a".repeat(1000), "b!gap", "b=1", "b=2");
	}

	@Test
	void openWhenEarliestDoesNotFitIntoAnswerShouldResumeWithoutGap() {
		TestNode node = TestNode.with().history(2).node();
		node.publish("a", "a".repeat(1000));
		node.publish("b", "1", "2", "3");
		List<List<String>> answers = drain(node, 2, "a", "b");
		assertThat(answers.get(0)).containsExactly("a=" + "a".repeat(1000));
		assertThat(answers.get(1)).containsExactly("b=2", "b=3");
	}

	@Test
	void openWhenEarliestDoesNotFitAndHistoryMovesOnShouldReportGap() {
		TestNode node = TestNode.with().history(2).node();
		node.publish("a", "a".repeat(1000));
		node.publish("b", "1", "2");
		TestSubscriber<Batch> stream = TestSubscriber.builder().initialRequest(0).build();
		Mono<SubscriptionRequest> request = Mono
			.just(SubscriptionRequest.of(List.of("a", "b"), Cursor.EARLIEST, null, Mono.empty()));
		node.subscriptions.open(new Dialect(Transport.SSE, TestNode.DIALECT.size()), node.loop, request)
			.subscribe(stream);
		stream.request(1);
		assertThat(stream.getReceivedOnNext().get(0).segments()).extracting(Segment::channel).containsExactly("a");
		node.publish("b", "3", "4");
		stream.request(1);
		Segment late = stream.getReceivedOnNext().get(1).segments().get(0);
		assertThat(late.channel()).isEqualTo("b");
		assertThat(late.isGap()).isTrue();
	}

	@Test
	void openWhenClosedChannelHasMissedMessagesShouldReplayThemAndTheEnd() {
		TestNode node = TestNode.create();
		node.publish("a", "1");
		Cursor cursor = node.channel("a").cursor().blockOptional(TestNode.TIMEOUT).orElseThrow();
		node.publish("a", "2", "3");
		node.channel("a").close().block(TestNode.TIMEOUT);
		assertThat(TestNode.received(node.poll(cursor, "a"))).containsExactly("a=2", "a=3", "a!ended");
		assertThat(TestNode.received(node.poll(Cursor.LATEST, "a"))).containsExactly("a!ended");
		assertThat(TestNode.received(node.poll(Cursor.EARLIEST, "a"))).containsExactly("a!ended");
		assertThat(node.lanes()).isZero();
	}

	@Test
	void openWhenClosedChannelHasDroppedMessagesShouldReportGapAndEnd() {
		TestNode node = TestNode.with().history(1).node();
		node.publish("a", "1");
		Cursor cursor = node.channel("a").cursor().blockOptional(TestNode.TIMEOUT).orElseThrow();
		node.publish("a", "2", "3");
		node.channel("a").close().block(TestNode.TIMEOUT);
		assertThat(TestNode.received(node.poll(cursor, "a"))).containsExactly("a!gap", "a=3", "a!ended");
	}

	@Test
	void openWhenClosedChannelHasMoreThanFitsShouldNotReportItsEnd() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		Channel channel = node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		loop.runTasks();
		node.publish("a", "x".repeat(900), "y".repeat(900));
		channel.close().block(TestNode.TIMEOUT);
		loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=" + "x".repeat(900));
		assertThat(TestNode.cursor(poll).knows("a")).isTrue();
		assertThat(node.lanes()).isZero();
	}

	@Test
	void openWhenIdsCollideInCursorShouldDistinguishThem() {
		List<String> names = Collisions.find();
		TestNode node = TestNode.create();
		String one = names.get(0);
		String two = names.get(1);
		node.publish(one, "1");
		node.publish(two, "1", "2");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, one, two);
		node.publish(one, "later");
		TestSubscriber<Batch> next = node.poll(TestNode.cursor(poll), two, one);
		assertThat(TestNode.received(next)).containsExactly(one + "=later");
	}

	private static List<List<String>> drain(TestNode node, int polls, String... channels) {
		List<List<String>> answers = new ArrayList<>();
		Cursor cursor = Cursor.EARLIEST;
		for (int i = 0; i < polls; i++) {
			TestSubscriber<Batch> poll = node.poll(cursor, channels);
			answers.add(TestNode.received(poll));
			cursor = TestNode.cursor(poll);
		}
		assertThat(node.poll(cursor, channels).isTerminated()).as("all has been read").isFalse();
		return answers;
	}

	private static long epoch(TestNode node, String channel, long which) {
		long epoch = node.log(channel).newest().epoch();
		return (which == SAME) ? epoch : (epoch == 1) ? 2 : epoch - 1;
	}

}
