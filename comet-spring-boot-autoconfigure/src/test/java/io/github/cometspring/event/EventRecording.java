package io.github.cometspring.event;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.InMemoryChannelBroker;
import org.junit.jupiter.api.AfterEach;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

/**
 * An application whose listeners keep the events that they get, with the broker in
 * memory, in virtual time.
 */
abstract class EventRecording {

	static final Duration PATIENCE = Duration.ofSeconds(10);

	static final Duration GRACE = Duration.ofSeconds(5);

	final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	final AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();

	final List<String> events = new CopyOnWriteArrayList<>();

	InMemoryChannelBroker broker;

	@AfterEach
	void stop() {
		this.context.close();
		if (this.broker != null) {
			this.broker.dispose();
		}
	}

	void start(Object listener) {
		start(listener, this.time);
	}

	void start(Object listener, Scheduler scheduler) {
		registerListener(listener);
		startWithListeners(scheduler);
	}

	void startWithListeners(Scheduler scheduler) {
		this.context.registerBean(ChannelEventPublisher.class,
				() -> new ChannelEventPublisher(this.context, GRACE, () -> scheduler));
		this.context.refresh();
		this.broker = new InMemoryChannelBroker(null, this.time, this.context.getBean(ChannelEventPublisher.class));
	}

	@SuppressWarnings("unchecked")
	<T> void registerListener(T listener) {
		this.context.registerBean((Class<T>) listener.getClass(), () -> listener);
	}

	ChannelLog create(String id) {
		return create(id, ChannelSettings.DEFAULT);
	}

	ChannelLog create(String id, ChannelSettings settings) {
		return this.broker.obtain(id, settings).block(PATIENCE);
	}

	List<String> events() {
		this.time.advanceTimeBy(Duration.ZERO);
		return this.events;
	}

	static String describe(ChannelEvent event) {
		String name = event.getClass()
			.getSimpleName()
			.replace("Channel", "")
			.replace("Event", "")
			.toLowerCase(Locale.ROOT);
		String end = (event instanceof ChannelEndedEvent ended) ? " " + ended.getReason() : "";
		return name + " " + event.getChannel() + end;
	}

	final class Recorder {

		@EventListener
		void on(ChannelEvent event) {
			EventRecording.this.events.add(describe(event));
		}

	}

}
