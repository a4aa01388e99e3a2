package io.github.cometspring.failures;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Message;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.Memory;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;

import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A subscriber of the application that requests nothing, or fails, holds up nobody and
 * needs no memory besides the history.
 */
class IdleSubscriberIT {

	private static final long MEGABYTE = 1024 * 1024;

	private static final int HISTORY = 100;

	private static final int MESSAGES = 1_000;

	private static final String LARGE = "x".repeat(50_000);

	@Test
	void publishWhenSubscriberRequestsNothingShouldGoOnAndTellItAGap() {
		try (FailedNode node = FailedNode.start(Nothing.class)) {
			Channel channel = node.create("a");
			for (int i = 0; i < HISTORY; i++) {
				FailedNode.publish(channel, i + LARGE);
			}
			Memory before = Memory.inUse();
			Idle idle = new Idle();
			channel.messages().subscribe(idle);
			channel.messages().subscribe((message) -> {
				throw new NoClassDefFoundError("planned");
			}, (ex) -> {
				// As planned
			});
			for (int i = 0; i < MESSAGES; i++) {
				FailedNode.publish(channel, i + LARGE);
			}
			node.steadyShouldBeServed(3);
			assertThat(Objects.requireNonNull(node.server().bean(ChannelBroker.class).summary("a").block()).retained())
				.isEqualTo(HISTORY);
			// The messages are 50 MB.
			assertThat(Memory.inUse().since(before).growth()).isLessThan(16 * MEGABYTE);
			assertThat(idle.messages).isEmpty();
			idle.request(Long.MAX_VALUE);
			Await.until(() -> !idle.messages.isEmpty()
					&& idle.messages.get(idle.messages.size() - 1).position().offset() == HISTORY + MESSAGES);
			idle.cancel();
			// At most what it was about to get when it began, and then the history
			assertThat(idle.messages).hasSizeLessThanOrEqualTo(2 * HISTORY);
			long last = 0;
			for (Message message : idle.messages) {
				assertThat(message.afterGap() || last == 0 || message.position().offset() == last + 1).isTrue();
				assertThat(message.position().offset()).isGreaterThan(last);
				last = message.position().offset();
			}
			// One where it began too late, and one where it went on
			assertThat(idle.messages.stream().filter(Message::afterGap)).hasSizeBetween(1, 2);
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Nothing {

	}

	/**
	 * Requests nothing by itself.
	 */
	private static final class Idle extends BaseSubscriber<Message> {

		private final List<Message> messages = new CopyOnWriteArrayList<>();

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			// Nothing is requested.
		}

		@Override
		protected void hookOnNext(Message message) {
			this.messages.add(message);
		}

	}

}
