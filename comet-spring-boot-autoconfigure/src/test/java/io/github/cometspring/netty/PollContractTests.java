package io.github.cometspring.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Path;
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
 * The contract of polls on every path: the client gets an answer, a message that it does
 * not get counts as a failure, and its slot is free again.
 */
class PollContractTests {

	private static final Duration MOMENT = Duration.ofMillis(1);

	// Spring logs failures of the application, and the fast path where Spring is not
	// used.
	@RegisterExtension
	static final QuietLog log = new QuietLog("org.springframework.web.server.adapter.HttpWebHandlerAdapter",
			FastPoll.class.getName(), "io.github.cometspring.subscription.Admission");

	private @Nullable PolledNode opened;

	@AfterEach
	void everySlotShouldBeFree() {
		PolledNode node = this.opened;
		assertThat(node).isNotNull();
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
		node.close();
		assertThat(node.connections()).isZero();
	}

	private PolledNode node(Path path) {
		return node(path, null);
	}

	private PolledNode node(Path path, @Nullable ChannelAuthorizer authorizer) {
		PolledNode node = new PolledNode(path, authorizer);
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
	void pollShouldBeAnswered(Path path) {
		PolledNode node = node(path);
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
	void pollWhenAnswerIsThereShouldBeAnsweredAtOnce(Path path) {
		PolledNode node = node(path);
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("200");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItIsAuthorizedLateShouldBeAnswered(Path path) {
		PolledNode node = node(path, after(Duration.ofSeconds(1), true));
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(Duration.ofSeconds(1));
		assertThat(node.answer()).isEqualTo("200");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenKilledShouldBeRefused(Path path) {
		PolledNode node = node(path);
		node.poll("registration=a");
		node.control.setTimeout(Duration.ofSeconds(20), true).block(Duration.ofSeconds(10));
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("503");
	}

	// Refusals

	@ParameterizedTest
	@EnumSource
	void pollWhenInactiveShouldBeRefused(Path path) {
		PolledNode node = node(path);
		node.control.deactivate().block(Duration.ofSeconds(10));
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenAllSlotsAreTakenShouldBeRefused(Path path) {
		PolledNode node = node(path);
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
	void pollWhenNotAuthorizedShouldBeRefused(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.just(false));
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenRefusedLateShouldBeRefused(Path path) {
		PolledNode node = node(path, after(Duration.ofSeconds(1), false));
		node.poll("registration=a");
		node.pass(Duration.ofSeconds(1));
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenAuthorizerDoesNotAnswerShouldBeRefused(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.never());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.pass(PolledNode.AUTHORIZATION_TIMEOUT);
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenKilledBeforeAuthorizationShouldBeRefused(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.never());
		node.poll("registration=a");
		node.control.setTimeout(Duration.ofSeconds(20), true).block(Duration.ofSeconds(10));
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenMalformedShouldBeRefused(Path path) {
		PolledNode node = node(path);
		node.poll("registration=");
		assertThat(node.answer()).isEqualTo("400");
	}

	@ParameterizedTest
	@EnumSource
	void pollOfTooManyChannelsShouldBeRefused(Path path) {
		PolledNode node = node(path);
		node.poll("registration=1%0A2%0A3%0A4");
		assertThat(node.answer()).isEqualTo("400");
	}

	// Answers that are held back

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void pollWhenFilterHoldsAnswerBackShouldFailAfterTheWriteTimeout(Path path) {
		PolledNode node = node(path);
		node.beforeCommit = Mono.never();
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		node.pass(PolledNode.WRITE_TIMEOUT.minusSeconds(1));
		assertThat(outcome).isNotDone();
		assertThat(node.connections()).isOne();
		assertThat(node.answer()).isEqualTo("none yet");
		node.pass(Duration.ofSeconds(1));
		assertFailed(outcome);
		// No answer with the cursor of messages that it has not got
		assertThat(node.answer()).isNotIn("none yet", "200");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void pollWhenFilterDelaysAnswerShouldBeAnswered(Path path) {
		PolledNode node = node(path);
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
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void refusalWhenFilterHoldsItBackShouldTakeNoSlotAndBeGivenUpAfterTheWriteTimeout(Path path) {
		PolledNode node = node(path);
		node.beforeCommit = Mono.never();
		node.control.deactivate().block(Duration.ofSeconds(10));
		assertRefusalGivenUp(node, "registration=a");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void laterRefusalWhenFilterHoldsItBackShouldTakeNoSlotAndBeGivenUpAfterTheWriteTimeout(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.just(false));
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
	void pollWhenAuthorizerThrowsShouldBeRefused(Path path) {
		PolledNode node = node(path, (principal, channel) -> {
			throw new IllegalStateException("broken");
		});
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenServiceCannotTellItsTimeoutShouldFail(Path path) {
		PolledNode node = node(path);
		doThrow(new IllegalStateException("broken")).when(node.control).timeout();
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerThrowsShouldFail(Path path) {
		PolledNode node = node(path);
		doThrow(new IllegalStateException("broken")).when(node.broker).findAll(any());
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerFailsShouldFail(Path path) {
		PolledNode node = node(path);
		doReturn(Mono.error(new IllegalStateException("broken"))).when(node.broker).findAll(any());
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerFailsLaterShouldFail(Path path) {
		PolledNode node = node(path);
		doReturn(Mono.delay(MOMENT, node.time).then(Mono.error(new IllegalStateException("broken")))).when(node.broker)
			.findAll(any());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItCannotBeReadShouldFail(Path path) {
		PolledNode node = node(path);
		node.readFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsAnswerCannotBeEncodedShouldFail(Path path) {
		PolledNode node = node(path);
		node.answerFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("500");
		assertFailed(outcome);
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsAnswerIsThereAndCannotBeEncodedShouldFail(Path path) {
		PolledNode node = node(path);
		node.answerFailure = new IllegalStateException("broken");
		node.poll("registration=unknown");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsRefusalCannotBeEncodedShouldFail(Path path) {
		PolledNode node = node(path);
		node.refusalFailure = new IllegalStateException("broken");
		node.poll("registration=1%0A2%0A3%0A4");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsLateRefusalCannotBeEncodedShouldFail(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.never());
		node.refusalFailure = new IllegalStateException("broken");
		node.poll("registration=a");
		node.pass(PolledNode.AUTHORIZATION_TIMEOUT);
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void pollWhenItsAnswerCannotBeWrittenShouldFail(Path path) {
		PolledNode node = node(path);
		node.beforeCommit = Mono.error(new IllegalStateException("broken"));
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("500");
		assertFailed(outcome);
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "DEFAULT_PATH")
	void pollWhenCodecFailsShouldEndTheConnection(Path path) {
		PolledNode node = node(path);
		node.codecFails = true;
		node.poll("registration=a");
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("closed");
		assertFailed(outcome);
	}

	// Clients that leave

	@ParameterizedTest
	@EnumSource(names = "DEFAULT_PATH")
	void clientThatLeavesBeforeItsBodyArrivesShouldBeForgotten(Path path) {
		PolledNode node = node(path);
		node.pollWithoutBody();
		assertThat(node.connections()).isOne();
		node.leave();
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesBeforeAuthorizationShouldBeForgotten(Path path) {
		AtomicInteger cancelled = new AtomicInteger();
		PolledNode node = node(path,
				(principal, channel) -> Mono.<Boolean>never().doOnCancel(cancelled::incrementAndGet));
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.leave();
		assertThat(cancelled).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesBeforeItsChannelsAreFoundShouldBeForgotten(Path path) {
		AtomicInteger cancelled = new AtomicInteger();
		PolledNode node = node(path);
		doReturn(Mono.<Map<String, ChannelLog>>never().doOnCancel(cancelled::incrementAndGet)).when(node.broker)
			.findAll(any());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.leave();
		assertThat(cancelled).hasValue(1);
	}

	@ParameterizedTest
	@EnumSource
	void clientThatLeavesWhileItsPollIsHeldShouldBeForgotten(Path path) {
		PolledNode node = node(path);
		node.poll("registration=a");
		assertThat(node.channel("a").subscribers()).isOne();
		node.leave();
		assertThat(node.channel("a").subscribers()).isZero();
		assertThat(node.deliver("a").join().failed()).isZero();
	}

	@ParameterizedTest
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "BYPASS")
	void clientThatLeavesWhileItsAnswerIsHeldBackShouldNotHaveIt(Path path) {
		PolledNode node = node(path);
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
	void clientThatLeavesWhenItIsAnsweredShouldHaveItsAnswer(Path path) {
		PolledNode node = node(path);
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
