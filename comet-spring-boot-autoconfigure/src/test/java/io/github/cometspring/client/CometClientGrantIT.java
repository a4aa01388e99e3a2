package io.github.cometspring.client;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client against a server that demands signed grants.
 */
class CometClientGrantIT {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.client.CometClient");

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.grants.keys=0123456789abcdef0123456789abcdef");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenGrantEndsShouldAskForAnotherAndMissNothing(Transport transport) {
		Channel channel = server.create("grants-" + transport);
		AtomicInteger asked = new AtomicInteger();
		Mono<List<String>> grants = Mono.fromSupplier(() -> {
			asked.incrementAndGet();
			return List.of("not a grant", server.channels().grant(channel.id(), Duration.ofSeconds(2)));
		});
		AtomicInteger published = new AtomicInteger();
		Mono<Void> publish = Mono.defer(() -> channel.publish("m" + published.getAndIncrement())).then();
		publish.block(PATIENCE);
		// Each message is published when the one before has come, until the client has
		// needed another grant.
		StepVerifier
			.create(client(transport, grants).subscribe(Cursor.EARLIEST, channel.id())
				.concatMap((message) -> ((asked.get() < 2) ? publish : channel.close()).thenReturn(message))
				.collectList())
			.assertNext((messages) -> {
				assertThat(messages).noneMatch(ReceivedMessage::afterGap);
				assertThat(messages).extracting(ReceivedMessage::text)
					.isEqualTo(IntStream.range(0, published.get()).mapToObj((i) -> "m" + i).toList());
			})
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenThereIsNoGrantShouldFail(Transport transport) {
		StepVerifier.create(client(transport, Mono.empty()).subscribe("grants-refused"))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(SubscriptionRefusedException.class).hasMessageContaining("403"))
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenGrantsCannotBeFetchedShouldTryAgain(Transport transport) {
		Channel channel = server.create("grants-fetched-" + transport);
		channel.publish("m").block(PATIENCE);
		AtomicInteger asked = new AtomicInteger();
		Mono<List<String>> grants = Mono.fromCallable(() -> {
			if (asked.incrementAndGet() < 3) {
				throw new IOException("away");
			}
			return List.of(server.channels().grant(channel.id(), Duration.ofHours(1)));
		});
		StepVerifier.create(client(transport, grants).subscribe(Cursor.EARLIEST, channel.id()).take(1))
			.assertNext((message) -> assertThat(message.text()).isEqualTo("m"))
			.expectComplete()
			.verify(PATIENCE);
	}

	private static CometClient client(Transport transport, Mono<List<String>> grants) {
		return CometClient.create(WebClient.create("http://localhost:" + server.port()),
				CometClientOptions.DEFAULT.withTransport(transport)
					.withBackoff(Duration.ofMillis(50), Duration.ofMillis(200))
					.withGrants(grants));
	}

}
