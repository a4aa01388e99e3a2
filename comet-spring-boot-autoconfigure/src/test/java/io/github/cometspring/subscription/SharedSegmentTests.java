package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SharedSegment}: a kept segment must be right for the next client.
 */
class SharedSegmentTests {

	private final ManualEventLoop loop = new ManualEventLoop();

	@Test
	void afterWhenPlaceIsTheSameShouldReturnTheSameSegment() {
		TestNode node = TestNode.with().loop(this.loop).node();
		Cursor start = start(node);
		node.publish("a", "1");
		Segment first = TestNode.answer(poll(node, start)).segments().get(0);
		assertThat(TestNode.answer(poll(node, start)).segments().get(0)).isSameAs(first);
		List<String> encoders = new ArrayList<>();
		Function<Segment, String> encoder = (segment) -> {
			encoders.add("called");
			return "encoded";
		};
		for (int i = 0; i < 3; i++) {
			assertThat(first.encoded(encoder)).isEqualTo("encoded");
		}
		assertThat(encoders).hasSize(1);
	}

	@Test
	void afterWhenMoreHasBeenPublishedShouldReturnAll() {
		TestNode node = TestNode.with().loop(this.loop).node();
		Cursor start = start(node);
		node.publish("a", "1");
		assertThat(TestNode.received(poll(node, start))).containsExactly("a=1");
		node.publish("a", "2");
		// Before the loop is woken for the second
		List<TestSubscriber<Batch>> next = new ArrayList<>();
		this.loop.doNow(() -> next.add(node.poll(start, "a")));
		assertThat(TestNode.received(next.get(0))).containsExactly("a=1", "a=2");
	}

	@Test
	void afterWhenChannelHasBeenClosedShouldReturnItsEnd() {
		TestNode node = TestNode.with().loop(this.loop).node();
		Cursor start = start(node);
		Channel channel = node.channel("a");
		node.publish("a", "1");
		assertThat(TestNode.received(poll(node, start))).containsExactly("a=1");
		TestSubscriber<Batch> next = node.poll(start, "a");
		channel.close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(TestNode.received(next)).containsExactly("a=1", "a!ended");
	}

	@Test
	void afterWhenReaderResumesShouldNotReturnMessagesKeptForListeners() {
		TestNode node = TestNode.with().history(0).loop(this.loop).node();
		Cursor start = start(node);
		TestSubscriber<Batch> held = poll(node, start);
		node.publish("a", "1");
		this.loop.runTasks();
		assertThat(TestNode.received(held)).containsExactly("a=1");
		assertThat(TestNode.received(poll(node, start))).containsExactly("a!gap");
	}

	private TestSubscriber<Batch> poll(TestNode node, Cursor cursor) {
		TestSubscriber<Batch> poll = node.poll(cursor, "a");
		this.loop.runTasks();
		return poll;
	}

	private static Cursor start(TestNode node) {
		return node.channel("a").cursor().blockOptional(TestNode.TIMEOUT).orElseThrow();
	}

}
