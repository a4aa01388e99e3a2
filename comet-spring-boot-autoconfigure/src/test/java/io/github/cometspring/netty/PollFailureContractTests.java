package io.github.cometspring.netty;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.AdditionalAnswers;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.mock;

/**
 * What holds for polls whichever path they take, when something fails or the client
 * leaves.
 */
class PollFailureContractTests extends PollContract {

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
	void pollWhenBrokerThrowsAnErrorShouldFail(Path path) {
		PolledNode node = node(path);
		doThrow(new NoClassDefFoundError("broken")).when(node.broker).findAll(any());
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenBrokerThrowsAnErrorAfterAuthorizationShouldFail(Path path) {
		PolledNode node = node(path, after(MOMENT, true));
		doThrow(new NoClassDefFoundError("broken")).when(node.broker).findAll(any());
		node.poll("registration=a");
		node.pass(MOMENT);
		assertThat(node.answer()).isEqualTo("500");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsChannelCannotBeReadShouldFail(Path path) {
		assertUnreadable(node(path), new IllegalStateException("broken"));
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsChannelCannotBeReadForAnErrorShouldFail(Path path) {
		assertUnreadable(node(path), new NoClassDefFoundError("broken"));
	}

	private static void assertUnreadable(PolledNode node, Throwable failure) {
		ChannelLog log = spyLog(node);
		doThrow(failure).when(log).readLive(any());
		doThrow(failure).when(log).read(any());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		CompletableFuture<Outcome> outcome = node.deliver("a");
		assertThat(node.answer()).isEqualTo("500");
		assertFailed(outcome);
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenItsChannelCannotBeJoinedShouldFail(Path path) {
		PolledNode node = node(path);
		ChannelLog log = spyLog(node);
		doThrow(new NoClassDefFoundError("broken")).when(log).live();
		node.poll("registration=a");
		assertThat(node.answer()).isEqualTo("500");
	}

	private static ChannelLog spyLog(PolledNode node) {
		ChannelLog real = Objects.requireNonNull(node.broker.find("a").block());
		ChannelLog log = mock(ChannelLog.class, AdditionalAnswers.delegatesTo(real));
		doReturn(Mono.fromSupplier(() -> Map.of("a", log))).when(node.broker).findAll(any());
		return log;
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
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAST_PATH")
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
	void clientThatLeavesBeforeAnybodyDecidesShouldBeForgotten(Path path) {
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
	@EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "FAST_PATH")
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

}
