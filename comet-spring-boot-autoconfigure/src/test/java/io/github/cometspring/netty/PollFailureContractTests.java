package io.github.cometspring.netty;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Way;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doReturn;
import static org.mockito.Mockito.doThrow;

/**
 * What holds for polls whichever way they come, when something fails or the client
 * leaves.
 */
class PollFailureContractTests extends PollContract {

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

}
