package io.github.cometspring.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.subscription.RightsNode.TEN;
import static io.github.cometspring.subscription.RightsNode.TICK;
import static io.github.cometspring.subscription.RightsNode.assertExpired;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadRights} that are asked for again at their age, in virtual time:
 * the stream goes on with the new ones, or ends.
 */
class ReadRightsRenewalTests {

	// The authorizer that hangs is logged.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private final RightsNode rights = new RightsNode();

	private final TestNode node = this.rights.node;

	@Test
	void streamWhenRightsAreConfirmedShouldGoOn() {
		this.rights.permit("a", TEN.plusSeconds(1000));
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a", "b");
		this.node.time.advanceTimeBy(Duration.ofSeconds(90));
		assertThat(this.rights.asked()).extracting(ReadRequest::channels)
			.as("only what it reads is asked for again")
			.containsExactly(List.of("a", "b"), List.of("a"), List.of("a"), List.of("a"));
		assertThat(stream.isTerminated()).isFalse();
	}

	@Test
	void streamWhenAChannelThatWasRefusedIsPermittedForAWhileShouldNotEndWithThat() {
		this.rights.permit("a", Instant.MAX);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a", "b");
		this.rights.permit("b", Instant.EPOCH.plusSeconds(31));
		this.node.time.advanceTimeBy(Duration.ofSeconds(45));
		stream.request(9);
		assertThat(stream.isTerminated()).isFalse();
	}

	@Test
	void streamWhenRightsAreRenewedShouldEndWithTheNewOnes() {
		this.rights.permit("a", Instant.EPOCH.plusSeconds(40));
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		this.rights.permit("a", Instant.EPOCH.plusSeconds(50));
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(50).minus(TICK));
		assertThat(stream.isTerminated()).isFalse();
		assertThat(this.node.limitedRights()).isOne();
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(50));
		stream.request(9);
		assertExpired(stream);
		this.rights.assertNothingIsLeft();
	}

	@Test
	void streamWhenARightIsNotConfirmedShouldEnd() {
		this.rights.permit("a", Instant.MAX);
		this.rights.permit("b", Instant.MAX);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a", "b");
		this.rights.forbid("b");
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(30));
		stream.request(9);
		assertExpired(stream);
		this.rights.assertNothingIsLeft();
	}

	@Test
	void streamWhenAuthorizerHangsAtTheRenewalShouldEndAfterTheTimeout() {
		this.rights.permit("a", Instant.MAX);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		this.rights.answer(Mono.never());
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(35).minus(TICK));
		stream.request(9);
		assertThat(stream.isTerminated()).isFalse();
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(35));
		assertExpired(stream);
		this.rights.assertNothingIsLeft();
	}

	@Test
	void streamWhenItEndsDuringTheRenewalShouldCancelIt() {
		this.rights.permit("a", Instant.MAX);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		List<String> cancelled = new ArrayList<>();
		this.rights.answer(Mono.<ReadDecisions>never().doOnCancel(() -> cancelled.add("cancelled")));
		this.rights.advanceTo(Instant.EPOCH.plusSeconds(31));
		stream.cancel();
		assertThat(cancelled).hasSize(1);
		this.rights.assertNothingIsLeft();
	}

}
