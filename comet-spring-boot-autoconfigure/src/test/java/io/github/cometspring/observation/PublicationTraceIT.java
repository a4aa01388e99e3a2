package io.github.cometspring.observation;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.tck.TestObservationRegistry;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.netty.resources.LoopResources;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Publications of a server whose clients are on several event loops, from the request
 * that publishes to the walks.
 */
class PublicationTraceIT {

	private static final int CLIENTS = 4 * LoopResources.DEFAULT_IO_WORKER_COUNT;

	@Test
	void publicationShouldBeFollowedFromRequestToWalks() {
		try (CometServer server = CometServer.start(new Class<?>[] { Application.class },
				"comet.observation-enabled=true")) {
			RecordedObservations recorded = publish(server);
			assertThat(recorded.names()).contains("comet.publish < http.server.requests");
			List<Observation.Context> walks = recorded.named("comet.deliver");
			// One for each event loop that has clients, and none for a client
			assertThat(walks).hasSizeBetween(1, LoopResources.DEFAULT_IO_WORKER_COUNT);
			assertThat(recorded.names().stream().filter((name) -> name.startsWith("comet.deliver")))
				.containsOnly("comet.deliver < comet.publish");
			assertThat(walks.stream().mapToInt((walk) -> ((DeliverObservationContext) walk).getClients()).sum())
				.isEqualTo(CLIENTS);
		}
	}

	@Test
	void publicationByDefaultShouldNotBeObserved() {
		try (CometServer server = CometServer.start(new Class<?>[] { Application.class })) {
			assertThat(publish(server).names()).contains("http.server.requests")
				.noneMatch((name) -> name.startsWith("comet."));
		}
	}

	private static RecordedObservations publish(CometServer server) {
		Channel channel = server.create("news");
		List<RawEventStream> streams = new ArrayList<>();
		List<RawConnection> connections = new ArrayList<>();
		for (int i = 0; i < CLIENTS; i++) {
			RawConnection connection = RawConnection.open(server.port());
			connections.add(connection);
			streams.add(RawEventStream.open(connection, "channel=news"));
		}
		Await.until(() -> channel.subscribers() == CLIENTS);
		try (RawConnection publisher = RawConnection.open(server.port())) {
			assertThat(publisher.request("POST", "/publish/news", "text/plain", "hello").read().status())
				.isEqualTo(200);
		}
		streams.forEach((stream) -> assertThat(stream.message().data()).contains("hello"));
		RecordedObservations recorded = server.bean(RecordedObservations.class);
		Await.until(() -> !recorded.named("http.server.requests").isEmpty() && recorded.named("comet.deliver")
			.stream()
			.mapToInt((walk) -> ((DeliverObservationContext) walk).getClients())
			.sum() == (recorded.named("comet.publish").isEmpty() ? 0 : CLIENTS));
		connections.forEach(RawConnection::close);
		return recorded;
	}

	@Configuration(proxyBeanMethods = false)
	static class Application {

		@Bean
		ObservationRegistry observationRegistry() {
			return TestObservationRegistry.create();
		}

		// Spring Boot adds it to the registry.
		@Bean
		RecordedObservations recordedObservations() {
			return new RecordedObservations();
		}

		@Bean
		Publisher publisher(Channels channels) {
			return new Publisher(channels);
		}

	}

	/**
	 * Publishes on request.
	 */
	@RestController
	static class Publisher {

		private final Channels channels;

		Publisher(Channels channels) {
			this.channels = channels;
		}

		@PostMapping("/publish/{channel}")
		Mono<Position> publish(@PathVariable String channel) {
			return this.channels.find(channel).flatMap((found) -> found.publish("hello"));
		}

	}

}
