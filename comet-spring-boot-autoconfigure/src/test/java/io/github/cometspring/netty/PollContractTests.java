package io.github.cometspring.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Way;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.SchedulerClientSockets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;

/**
 * What holds for polls whichever way they come: the client is told what becomes of its
 * poll, a message that it does not get counts as a failure, and its place is given back.
 */
class PollContractTests {

	private static final Duration MOMENT = Duration.ofMillis(1);

	// Failures of the application are told by Spring, or where there is no Spring by us.
	@RegisterExtension
	static final QuietLog log = new QuietLog("org.springframework.web.server.adapter.HttpWebHandlerAdapter",
			FastPoll.class.getName(), "io.github.cometspring.subscription.Admission");

	private @Nullable PolledNode opened;

	@AfterEach
	void everyPlaceShouldBeGivenBack() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
		node.close();
		assertThat(node.connections()).isZero();
	}

	private PolledNode node(Way way) {
		return node(way, null);
	}

	private PolledNode node(Way way, @Nullable ChannelAuthorizer authorizer) {
		PolledNode node = new PolledNode(way, authorizer);
		node.channel("a");
		this.opened = node;
		return node;
	}

	private static void assertFailed(CompletableFuture<Outcome> outcome) {
		assertThat(outcome).isCompleted();
		assertThat(outcome.join().failed()).isOne();
		assertThat(outcome.join().delivered()).isZero();
	}

	// The answer

	@ParameterizedTest
	@EnumSource
	void pollShouldBeAnswered(Way way) {
		PolledNode node = node(way);
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("none yet");
		assertThat(node.connections()).isOne();
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("200");
		assertThat(outcome).isCompleted();
		assertThat(outcome.join().delivered()).isOne();
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenAnswerIsThereShouldBeAnsweredAtOnce(Way way) {
		PolledNode node = node(way);
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("200");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItIsDecidedLateShouldBeAnswered(Way way) {
		PolledNode node = node(way, after(Duration.ofSeconds(1), true));
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(Duration.ofSeconds(1));
		assertThat(node.answer()).isEqualTo("200");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenKilledShouldBeRefused(Way way) {
		PolledNode node = node(way);
		node.poll("registration=a");
		node.control.setTimeout(Duration.ofSeconds(20), true).block(Duration.ofSeconds(10));
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("503");
	}

	// Refusals

	@ParameterizedTest
	@EnumSource
	void pollWhenInactiveShouldBeRefused(Way way) {
		PolledNode node = node(way);
		node.control.deactivate().block(Duration.ofSeconds(10));
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenAllPlacesAreTakenShouldBeRefused(Way way) {
		PolledNode node = node(way);
		List<ConnectedClient> others = new ArrayList<>();
		for (int i = 0; i < PolledNode.MAX_CONNECTIONS; i++) {
			others.add(node.subscriptions.connect(new LegacyPollDialect().dialect(),
					new SchedulerClientSockets(node.time, 1, PolledNode.WRITE_TIMEOUT).of(null).loop()));
		}
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("503");
		assertThat(node.connections()).isEqualTo(PolledNode.MAX_CONNECTIONS);
		others.forEach(ConnectedClient::close);
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenNotAuthorizedShouldBeRefused(Way way) {
		PolledNode node = node(way, (principal, channel) -> Mono.just(false));
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenNotAuthorizedInTheEndShouldBeRefused(Way way) {
		PolledNode node = node(way, after(Duration.ofSeconds(1), false));
		node.poll("registration=a");
		node.pass(Duration.ofSeconds(1));
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenNobodyDecidesShouldBeRefused(Way way) {
		PolledNode node = node(way, (principal, channel) -> Mono.never());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.pass(PolledNode.AUTHORIZATION_TIMEOUT);
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenKilledBeforeAnybodyDecidesShouldBeRefused(Way way) {
		PolledNode node = node(way, (principal, channel) -> Mono.never());
		node.poll("registration=a");
		node.control.setTimeout(Duration.ofSeconds(20), true).block(Duration.ofSeconds(10));
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenMalformedShouldBeRefused(Way way) {
		PolledNode node = node(way);
		node.poll("registration=");
		assertThat(node.answer()).isEqualTo("400");
	}

	@ParameterizedTest
	@EnumSource
	void pollOfTooManyChannelsShouldBeRefused(Way way) {
		PolledNode node = node(way);
		node.poll("registration=1%0A2%0A3%0A4");
		assertThat(node.answer()).isEqualTo("400");
	}

	// Answers that are held back

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void pollWhenFilterHoldsAnswerBackShouldFailAfterTheWriteTimeout(Way way) {
		PolledNode node = node(way);
		node.beforeCommit = Mono.never();
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		node.pass(PolledNode.WRITE_TIMEOUT.minusSeconds(1));
		assertThat(outcome).isNotDone();
		assertThat(node.connections()).isOne();
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(Duration.ofSeconds(1));
		assertFailed(outcome);
		// Whatever it is told, it must not take the cursor of what it has not got.
		assertThat(node.answer()).isNotIn("none yet", "200");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void pollWhenFilterDelaysAnswerShouldBeAnswered(Way way) {
		PolledNode node = node(way);
		node.beforeCommit = Mono.delay(Duration.ofSeconds(20), node.time).then();
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.connections()).isOne();
		node.pass(Duration.ofSeconds(20));
		assertThat(node.answer()).isEqualTo("200");
		node.pass(PolledNode.WRITE_TIMEOUT);
		assertThat(outcome).isCompleted();
		assertThat(outcome.join().delivered()).isOne();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void refusalWhenFilterHoldsItBackShouldTakeNoPlaceAndBeGivenUpAfterTheWriteTimeout(Way way) {
		PolledNode node = node(way);
		node.beforeCommit = Mono.never();
		node.control.deactivate().block(Duration.ofSeconds(10));
		assertRefusalGivenUp(node, "registration=a");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void laterRefusalWhenFilterHoldsItBackShouldTakeNoPlaceAndBeGivenUpAfterTheWriteTimeout(Way way) {
		PolledNode node = node(way, (principal, channel) -> Mono.just(false));
		node.beforeCommit = Mono.never();
		assertRefusalGivenUp(node, "registration=a");
	}

	private static void assertRefusalGivenUp(PolledNode node, String body) {
		node.poll(body);
		assertThat(node.connections()).isZero();
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(PolledNode.WRITE_TIMEOUT);
		assertThat(node.answer()).isNotEqualTo("none yet");
	}

	// Failures

	@ParameterizedTest
	@EnumSource
	void pollWhenAuthorizerThrowsShouldBeRefused(Way way) {
		PolledNode node = node(way, (principal, channel) -> {
			throw new IllegalStateException("broken");
		});
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenServiceCannotTellItsTimeoutShouldFail(Way way) {
		PolledNode node = node(way);
		doThrow(new IllegalStateException("broken")).when(node.control).timeout();
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerThrowsShouldFail(Way way) {
		PolledNode node = node(way);
		doThrow(new IllegalStateException("broken")).when(node.broker).findAll(any());
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerFailsShouldFail(Way way) {
		PolledNode node = node(way);
		doReturn(Mono.error(new IllegalStateException("broken"))).when(node.broker).findAll(any());
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerFailsLaterShouldFail(Way way) {
		PolledNode node = node(way);
		doReturn(Mono.delay(MOMENT, node.time).then(Mono.error(new IllegalStateException("broken")))).when(node.broker)
			.findAll(any());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItCannotBeReadShouldFail(Way way) {
		PolledNode node = node(way);
		node.readFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsAnswerCannotBeEncodedShouldFail(Way way) {
		PolledNode node = node(way);
		node.answerFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("500");
		assertFailed(outcome);
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsAnswerIsThereAndCannotBeEncodedShouldFail(Way way) {
		PolledNode node = node(way);
		node.answerFailure = new IllegalStateException("broken");
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsRefusalCannotBeEncodedShouldFail(Way way) {
		PolledNode node = node(way);
		node.refusalFailure = new IllegalStateException("broken");
		node.poll("registration=1%0A2%0A3%0A4");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsLateRefusalCannotBeEncodedShouldFail(Way way) {
		PolledNode node = node(way, (principal, channel) -> Mono.never());
		node.refusalFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		node.pass(PolledNode.AUTHORIZATION_TIMEOUT);
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void pollWhenItsAnswerCannotBeWrittenShouldFail(Way way) {
		PolledNode node = node(way);
		node.beforeCommit = Mono.error(new IllegalStateException("broken"));
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("500");
		assertFailed(outcome);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "WEBFLUX")
	void pollWhenCodecFailsShouldEndTheConnection(Way way) {
		PolledNode node = node(way);
		node.codecFails = true;
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("closed");
		assertFailed(outcome);
	}

	// Clients that leave

	@ParameterizedTest
	@EnumSource(names = "WEBFLUX")
	void clientThatLeavesBeforeItsBodyArrivesShouldBeForgotten(Way way) {
		PolledNode node = node(way);
		node.pollWithoutBody();
		assertThat(node.connections()).isOne();
		node.leave();
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesBeforeAnybodyDecidesShouldBeForgotten(Way way) {
		AtomicInteger cancelled = new AtomicInteger();
		PolledNode node = node(way,
				(principal, channel) -> Mono.<Boolean>never().doOnCancel(cancelled::incrementAndGet));
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.leave();
		assertThat(cancelled).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesBeforeItsChannelsAreFoundShouldBeForgotten(Way way) {
		AtomicInteger cancelled = new AtomicInteger();
		PolledNode node = node(way);
		doReturn(Mono.<Map<String, ChannelLog>>never().doOnCancel(cancelled::incrementAndGet)).when(node.broker)
			.findAll(any());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.leave();
		assertThat(cancelled).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesWhileItsPollIsHeldShouldBeForgotten(Way way) {
		PolledNode node = node(way);
		node.poll("registration=a");
		assertThat(node.channel("a").subscribers()).isOne();
		node.leave();
		assertThat(node.channel("a").subscribers()).isZero();
		assertThat(node.deliver("a").join().failed()).isZero();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "SHORT")
	void clientThatLeavesWhileItsAnswerIsHeldBackShouldNotHaveIt(Way way) {
		PolledNode node = node(way);
		node.beforeCommit = Mono.never();
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.connections()).isOne();
		node.leave();
		assertFailed(outcome);
		node.pass(PolledNode.WRITE_TIMEOUT);
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesWhenItIsAnsweredShouldHaveItsAnswer(Way way) {
		PolledNode node = node(way);
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		node.leave();
		assertThat(outcome.join().delivered()).isOne();
		assertThat(outcome.join().failed()).isZero();
	}

	private ChannelAuthorizer after(Duration time, boolean decision) {
		return (principal, channel) -> Mono.delay(time, opened().time).thenReturn(decision);
	}

	private PolledNode opened() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		return node;
	}

}
