package io.github.cometspring.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Outcome;
import io.github.cometspring.netty.PolledNode.Path;
import io.github.cometspring.subscription.ConnectedClient;
import io.github.cometspring.web.LegacyPollDialect;
import io.github.cometspring.web.SchedulerClientSockets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for polls whichever path they take: the client is told what becomes of its
 * poll, a message that it does not get counts as a failure, and its slot is free again.
 */
class PollContractTests extends PollContract {

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
	void pollWhenItIsDecidedLateShouldBeAnswered(Path path) {
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
	void pollWhenNotAuthorizedInTheEndShouldBeRefused(Path path) {
		PolledNode node = node(path, after(Duration.ofSeconds(1), false));
		node.poll("registration=a");
		node.pass(Duration.ofSeconds(1));
		assertThat(node.answer()).isEqualTo("403");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenNobodyDecidesShouldBeRefused(Path path) {
		PolledNode node = node(path, (principal, channel) -> Mono.never());
		node.poll("registration=a");
		assertThat(node.connections()).isOne();
		node.pass(PolledNode.AUTHORIZATION_TIMEOUT);
		assertThat(node.answer()).isEqualTo("503");
	}

	@ParameterizedTest
	@EnumSource
	void pollWhenKilledBeforeAnybodyDecidesShouldBeRefused(Path path) {
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
		// Whatever it is told, it must not take the cursor of what it has not got.
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

}
