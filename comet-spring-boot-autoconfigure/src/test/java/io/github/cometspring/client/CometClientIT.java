package io.github.cometspring.client;

import java.security.Principal;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.client.CometClientOptions.Transport;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The client against a real server.
 */
class CometClientIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog(CometClient.class.getName());

	private static CometServer server;

	private String name;

	private Channel channel;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Secrets.class }, "comet.history.size=3",
				"comet.max-channels-per-request=5");
	}

	@AfterAll
	static void stop() {
		server.close();
		// That one channel of a subscription is refused is logged, and nothing else.
		assertThat(log.ownMessages()).allMatch((message) -> message.contains("Server refuses 1 of 2 channels"));
	}

	@BeforeEach
	void create(TestInfo test) {
		this.name = test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
		this.channel = server.create(this.name);
	}

	@AfterEach
	void allClientsShouldHaveLeft() {
		for (Transport transport : Transport.values()) {
			Await.until(() -> connections(transport) == 0);
		}
		assertThat(this.channel.subscribers()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void subscribeShouldReceiveMessagesInOrder(Transport transport) {
		TestSubscriber<ReceivedMessage> subscriber = subscribe(client(transport).subscribe(this.name));
		for (int i = 0; i < 50; i++) {
			int before = i;
			this.channel.publish("é" + i).block(PATIENCE);
			Await.until(() -> subscriber.getReceivedOnNext().size() > before);
		}
		subscriber.cancel();
		assertThat(subscriber.getReceivedOnNext()).extracting(ReceivedMessage::text)
			.isEqualTo(IntStream.range(0, 50).mapToObj((i) -> "é" + i).toList());
		assertThat(subscriber.getReceivedOnNext()).extracting(ReceivedMessage::channel).containsOnly(this.name);
		assertThat(subscriber.getReceivedOnNext()).extracting(ReceivedMessage::afterGap).containsOnly(false);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenCursorIsOfMessageShouldContinueAfterIt(Transport transport) {
		publish("1");
		Cursor afterFirst = cursor();
		publish("2", "3");
		Cursor afterLast = cursor();
		StepVerifier.create(client(transport).subscribe(afterFirst, this.name).take(2).collectList())
			.assertNext((messages) -> {
				assertThat(messages).extracting(ReceivedMessage::text).containsExactly("2", "3");
				assertThat(messages.get(1).cursor()).isEqualTo(afterLast);
			})
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenChannelsEndShouldCompleteWithTheLast(Transport transport) {
		Channel other = server.create(this.name + "-2");
		TestSubscriber<ReceivedMessage> subscriber = subscribe(client(transport).subscribe(this.name, other.id()));
		this.channel.publish("last").then(this.channel.close()).block(PATIENCE);
		Await.until(() -> other.subscribers() == 1 && !subscriber.getReceivedOnNext().isEmpty());
		other.publish("still").then(other.close()).block(PATIENCE);
		subscriber.block(PATIENCE);
		assertThat(subscriber.isTerminatedComplete()).isTrue();
		assertThat(subscriber.getReceivedOnNext()).extracting(ReceivedMessage::text).containsExactly("last", "still");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenChannelsAreUnknownShouldComplete(Transport transport) {
		StepVerifier.create(client(transport).subscribe("unknown", "no id!")).expectComplete().verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenHistoryIsOverrunShouldReportGap(Transport transport) {
		publish("1");
		Cursor afterFirst = cursor();
		publish("2", "3", "4", "5");
		StepVerifier.create(client(transport).subscribe(afterFirst, this.name).take(3).collectList())
			.assertNext((messages) -> {
				assertThat(messages).extracting(ReceivedMessage::text).containsExactly("3", "4", "5");
				assertThat(messages).extracting(ReceivedMessage::afterGap).containsExactly(true, false, false);
			})
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenChannelIsForJsonShouldReceiveValues(Transport transport) {
		Channel json = Objects.requireNonNull(server.channels()
			.create(this.name + "-json", ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON))
			.block(PATIENCE));
		List<String> values = List.of("{\"bid\":1.50,\"by\":[\"é\",null]}", "null", "\"a\\nb\"");
		Flux.fromIterable(values).concatMap(json::publish).blockLast(PATIENCE);
		StepVerifier.create(client(transport).subscribe(Cursor.EARLIEST, json.id()).map(ReceivedMessage::json).take(3))
			.expectNextSequence(values)
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenNotAuthorizedShouldFail(Transport transport) {
		StepVerifier.create(client(transport).subscribe("secret"))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getStatus()).isEqualTo(403)))
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenOneIsRefusedAndTheOthersAreUnknownShouldFail(Transport transport) {
		StepVerifier.create(client(transport).subscribe("unknown", "secret"))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class, (refused) -> {
						assertThat(refused.getStatus()).isEqualTo(403);
						assertThat(refused.getChannels()).containsExactly("secret");
					}))
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenTooManyChannelsShouldFailWithReason(Transport transport) {
		StepVerifier.create(client(transport).subscribe("1", "2", "3", "4", "5", "6")).expectErrorSatisfies((ex) -> {
			assertThat(ex).hasMessageContaining("5");
			assertThat(ex).isInstanceOfSatisfying(SubscriptionRefusedException.class,
					(refused) -> assertThat(refused.getStatus()).isEqualTo(400));
		}).verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenCancelledShouldLeaveTheServer(Transport transport) {
		TestSubscriber<ReceivedMessage> subscriber = subscribe(client(transport).subscribe(this.name));
		assertThat(connections(transport)).isEqualTo(1);
		subscriber.cancel();
		Await.until(() -> this.channel.subscribers() == 0 && connections(transport) == 0);
	}

	private TestSubscriber<ReceivedMessage> subscribe(Flux<ReceivedMessage> messages) {
		TestSubscriber<ReceivedMessage> subscriber = TestSubscriber.create();
		messages.subscribe(subscriber);
		Await.until(() -> this.channel.subscribers() == 1);
		return subscriber;
	}

	private static CometClient client(Transport transport) {
		return new ClientSide().client(transport, server.port());
	}

	private static int connections(Transport transport) {
		return server.connections(switch (transport) {
			case EVENT_STREAM -> io.github.cometspring.subscription.Transport.SSE;
			case POLLING -> io.github.cometspring.subscription.Transport.JSON;
		});
	}

	private void publish(String... data) {
		Flux.just(data).concatMap(this.channel::publish).blockLast(PATIENCE);
	}

	private Cursor cursor() {
		return Objects.requireNonNull(this.channel.cursor().block(PATIENCE));
	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (@Nullable Principal user, String channel) -> Mono.just(!channel.equals("secret"));
		}

	}

}
