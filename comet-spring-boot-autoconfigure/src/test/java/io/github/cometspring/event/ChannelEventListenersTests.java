package io.github.cometspring.event;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ChannelEventPublisher}: listeners of all kinds, those that fail or
 * block, and none.
 */
class ChannelEventListenersTests extends EventRecording {

	@Test
	void listenerThatFailsShouldNotPreventNextEvents() {
		start(new Failing());
		create("a");
		create("b");
		assertThat(events()).containsExactly("created a", "created b");
	}

	@Test
	@Timeout(30)
	void listenerThatBlocksShouldDelayNeitherClientsNorTheBrokerAndBoundWhatWaits() throws InterruptedException {
		Scheduler scheduler = Schedulers.newBoundedElastic(1, 5, "events", 60, true);
		Blocking listener = new Blocking();
		start(listener, scheduler);
		create("a");
		assertThat(listener.entered.await(10, TimeUnit.SECONDS)).isTrue();
		for (int i = 0; i < 100; i++) {
			create("b" + i).join();
		}
		listener.release.countDown();
		Await.until(() -> !this.events.isEmpty());
		Await.until(() -> {
			// Once the queue is empty, events come again.
			create("c" + System.nanoTime());
			return this.events.stream().anyMatch((event) -> event.startsWith("created c"));
		});
		assertThat(this.events).contains("created a").hasSizeLessThan(100);
		assertThat(this.events).filteredOn((event) -> event.startsWith("created b")).hasSizeLessThan(6);
	}

	@Test
	void publisherWhenNobodyListensShouldHaveNoThread() {
		this.context.registerBean(ChannelEventPublisher.class,
				() -> new ChannelEventPublisher(this.context, GRACE, () -> {
					throw new AssertionError("Nobody listens");
				}));
		registerListener(new ListenerToAll());
		this.context.refresh();
		ChannelEventPublisher publisher = this.context.getBean(ChannelEventPublisher.class);
		assertThat(publisher.isRunning()).isTrue();
		this.broker = new InMemoryChannelBroker(null, this.time, publisher);
		create("a").join();
		this.time.advanceTimeBy(GRACE);
		assertThat(this.events).isEmpty();
	}

	@Test
	void lazyListenerShouldGetEvents() {
		this.context.registerBean("lazy", ListenerToEnds.class, ListenerToEnds::new, (bean) -> bean.setLazyInit(true));
		startWithListeners(this.time);
		assertThat(this.context.getBeanFactory().containsSingleton("lazy")).isFalse();
		create("a").close().block(PATIENCE);
		assertThat(events()).containsExactly("ended a CLOSED");
	}

	@ParameterizedTest
	@ValueSource(classes = { Lambda.class, LazyLambda.class })
	<T> void listenerOfLambdaShouldGetEvents(Class<T> configuration) {
		this.context.registerBean("events", List.class, () -> this.events);
		this.context.register(configuration);
		startWithListeners(this.time);
		create("a").close().block(PATIENCE);
		assertThat(events()).containsExactly("created a", "ended a CLOSED");
	}

	@Test
	void listenerToAllShouldGetEventsIfAnotherListens() {
		registerListener(new ListenerToAll());
		start(new ListenerToEnds());
		create("a").close().block(PATIENCE);
		assertThat(events()).containsExactlyInAnyOrder("all created a", "all ended a CLOSED", "ended a CLOSED");
	}

	@Test
	void publisherWhenStoppedShouldPublishNothing() {
		start(new Recorder());
		create("a").join();
		assertThat(events()).hasSize(2);
		ChannelEventPublisher publisher = this.context.getBean(ChannelEventPublisher.class);
		publisher.stop();
		create("b");
		assertThat(events()).hasSize(2);
	}

	final class Failing {

		@EventListener
		void on(ChannelEvent event) {
			ChannelEventListenersTests.this.events.add(describe(event));
			throw new AssertionError("on purpose");
		}

	}

	final class Blocking {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch release = new CountDownLatch(1);

		@EventListener
		void on(ChannelCreatedEvent event) throws InterruptedException {
			this.entered.countDown();
			this.release.await();
			ChannelEventListenersTests.this.events.add(describe(event));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Lambda {

		@Bean
		ApplicationListener<ChannelEvent> listener(@Qualifier("events") List<String> events) {
			return (event) -> events.add(describe(event));
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyLambda {

		@Bean
		@Lazy
		ApplicationListener<ChannelCreatedEvent> created(@Qualifier("events") List<String> events) {
			return (event) -> events.add(describe(event));
		}

		@Bean
		@Lazy
		ApplicationListener<ChannelEndedEvent> ended(@Qualifier("events") List<String> events) {
			return (event) -> events.add(describe(event));
		}

	}

	final class ListenerToEnds implements ApplicationListener<ChannelEndedEvent> {

		@Override
		public void onApplicationEvent(ChannelEndedEvent event) {
			ChannelEventListenersTests.this.events.add(describe(event));
		}

	}

	final class ListenerToAll implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
			if (event instanceof ChannelEvent ours) {
				ChannelEventListenersTests.this.events.add("all " + describe(ours));
			}
		}

	}

}
