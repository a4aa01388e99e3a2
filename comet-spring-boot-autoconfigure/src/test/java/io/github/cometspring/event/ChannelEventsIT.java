package io.github.cometspring.event;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawEventStream;
import org.junit.jupiter.api.Test;

import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the events of a server's channels.
 */
class ChannelEventsIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Test
	void lifeOfChannelShouldBePublished() {
		try (CometServer server = CometServer.start(new Class<?>[] { Listening.class })) {
			List<ChannelEvent> events = server.bean(Listening.class).events;
			Channel channel = server.create("a");
			Await.until(() -> events.size() == 1);
			try (RawEventStream client = RawEventStream.open(server.port(), "channel=a")) {
				assertThat(client.head().status()).isEqualTo(200);
				Await.until(() -> events.size() == 2);
			}
			Await.until(() -> events.size() == 3);
			channel.close().block(PATIENCE);
			Await.until(() -> events.size() == 4);
			assertThat(events)
				.hasExactlyElementsOfTypes(ChannelCreatedEvent.class, ChannelOccupiedEvent.class,
						ChannelVacantEvent.class, ChannelEndedEvent.class)
				.extracting(ChannelEvent::getChannel)
				.containsOnly("a");
			assertThat(((ChannelEndedEvent) events.get(3)).getReason()).isEqualTo(ChannelEnd.CLOSED);
			assertThat(server.bean(Listening.class).threads).allMatch((name) -> name.startsWith("comet-events"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Listening {

		private final List<ChannelEvent> events = new CopyOnWriteArrayList<>();

		private final List<String> threads = new CopyOnWriteArrayList<>();

		@EventListener
		void on(ChannelEvent event) {
			this.threads.add(Thread.currentThread().getName());
			this.events.add(event);
		}

		@Bean
		static ChannelEventPublisher impatientChannelEvents(ApplicationContext context) {
			return new ChannelEventPublisher(context, Duration.ofMillis(100), ChannelEventPublisher::newThread);
		}

	}

}
