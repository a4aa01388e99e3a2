package io.github.cometspring.subscription;

import java.time.Instant;

import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.subscription.RightsNode.assertExpired;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadRights} that an operator takes away, in virtual time: the clients
 * that had them end, and no others.
 */
class ReadRightsRevocationTests {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private final RightsNode rights = new RightsNode();

	private final TestNode node = this.rights.node;

	@Test
	void disconnectShouldEndAllClientsOfTheUserAndNoOther() {
		this.rights.permit("a", Instant.MAX);
		TestSubscriber<Batch> poll = this.rights.poll("ada", "a");
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		TestSubscriber<Batch> other = this.rights.stream("bob", "a");
		TestSubscriber<Batch> nobody = this.node.poll("a");
		this.node.control.disconnect("ada").block();
		stream.request(1);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
		assertExpired(stream);
		assertThat(other.isTerminated()).isFalse();
		assertThat(nobody.isTerminated()).isFalse();
		// A later client with a new log-in is served.
		assertThat(this.rights.stream("ada", "a").isTerminated()).isFalse();
	}

	@Test
	void disconnectWhenAuthorizerDecidesShouldRefuse() {
		this.rights.answer(Mono.never());
		TestSubscriber<Batch> poll = this.rights.poll("ada", "a");
		TestSubscriber<Batch> other = this.rights.poll("bob", "a");
		this.node.control.disconnect("ada").block();
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.EXPIRED));
		assertThat(other.isTerminated()).isFalse();
	}

	@Test
	void disconnectWhenSocketHasNoChannelShouldEndIt() {
		TestSubscriber<Batch> socket = this.rights.socket("ada");
		assertThat(this.rights.asked()).isEmpty();
		this.node.control.disconnect("ada").block();
		socket.request(1);
		assertExpired(socket);
	}

	@Test
	void disconnectWhenNobodyIsThereShouldDoNothing() {
		this.rights.permit("a", Instant.MAX);
		this.rights.stream("ada", "a").cancel();
		this.node.control.disconnect("ada").block();
		this.rights.assertNothingIsLeft();
	}

	@Test
	void revokeShouldEndTheClientsOfTheUserThatReadTheChannel() {
		this.rights.permit("a", Instant.MAX);
		this.rights.permit("b", Instant.MAX);
		TestSubscriber<Batch> both = this.rights.stream("ada", "a", "b");
		TestSubscriber<Batch> without = this.rights.stream("ada", "b");
		TestSubscriber<Batch> other = this.rights.stream("bob", "a");
		this.node.control.revoke("a", "ada").block();
		both.request(1);
		assertExpired(both);
		assertThat(without.isTerminated()).isFalse();
		assertThat(other.isTerminated()).isFalse();
		// Asked anew
		assertThat(this.rights.stream("ada", "a").isTerminated()).isFalse();
	}

	@Test
	void revokeWhenAuthorizerDecidesShouldEndWhatItDecidedBefore() {
		Sinks.One<ReadDecisions> decision = Sinks.one();
		this.node.publish("a", "0");
		this.rights.answer(decision.asMono());
		TestSubscriber<Batch> poll = this.rights.poll("ada", "a");
		this.node.control.revoke("a", "ada").block();
		assertThat(poll.isTerminated()).isFalse();
		decision.tryEmitValue(ReadDecisions.permit("a", null));
		assertThat(poll.expectTerminalError()).hasMessageContaining("expired");
		this.rights.assertNothingIsLeft();
	}

}
