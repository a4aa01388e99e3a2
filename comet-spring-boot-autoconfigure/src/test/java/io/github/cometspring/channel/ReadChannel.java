package io.github.cometspring.channel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.test.util.ReflectionTestUtils;

/**
 * Channels of a broker in memory, in virtual time, and those who read them.
 */
abstract class ReadChannel {

	static final Duration PATIENCE = Duration.ofSeconds(30);

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	Channel channel(int historySize) {
		return channel(historySize, this.time);
	}

	Channel channel(int historySize, Scheduler scheduler) {
		return channel(new ChannelSettings(historySize, Duration.ofMinutes(5), null, MessageFormat.TEXT), scheduler);
	}

	Channel channel(ChannelSettings settings, Scheduler scheduler) {
		return Objects
			.requireNonNull(new DefaultChannels(this.broker, settings, 1000, scheduler).create().block(PATIENCE));
	}

	static TestSubscriber<Message> read(Flux<Message> messages, long request) {
		TestSubscriber<Message> reader = TestSubscriber.builder().initialRequest(request).build();
		messages.subscribe(reader);
		return reader;
	}

	static void publish(Channel channel, String... data) {
		for (String text : data) {
			channel.publish(text).block(PATIENCE);
		}
	}

	static void publishFails(Channel channel) {
		StepVerifier.create(channel.publish("late")).expectError(ChannelClosedException.class).verify(PATIENCE);
	}

	static List<String> texts(TestSubscriber<Message> reader) {
		return reader.getReceivedOnNext().stream().map(Message::data).toList();
	}

	static Cursor cursor(Channel channel) {
		return channel.cursor().blockOptional(PATIENCE).orElseThrow();
	}

	long epochOf(Channel channel) {
		return Objects.requireNonNull(this.broker.find(channel.id()).block(PATIENCE)).newest().epoch();
	}

	int feedSubscribers(Channel channel) {
		Object log = Objects.requireNonNull(this.broker.find(channel.id()).block(PATIENCE));
		return ((Sinks.Many<?>) Objects.requireNonNull(ReflectionTestUtils.getField(log, "live")))
			.currentSubscriberCount();
	}

	/**
	 * A scheduler whose tasks run when the test says so.
	 */
	static final class SlowScheduler {

		final List<Runnable> tasks = new ArrayList<>();

		Scheduler scheduler() {
			return Schedulers.fromExecutor(this.tasks::add);
		}

		void run() {
			while (!this.tasks.isEmpty()) {
				this.tasks.remove(0).run();
			}
		}

	}

}
