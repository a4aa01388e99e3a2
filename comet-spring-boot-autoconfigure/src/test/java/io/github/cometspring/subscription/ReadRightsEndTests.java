package io.github.cometspring.subscription;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.test.subscriber.TestSubscriber;

import static io.github.cometspring.subscription.RightsNode.TEN;
import static io.github.cometspring.subscription.RightsNode.TICK;
import static io.github.cometspring.subscription.RightsNode.assertExpired;
import static io.github.cometspring.subscription.RightsNode.last;
import static io.github.cometspring.subscription.RightsNode.texts;
import static io.github.cometspring.subscription.RightsNode.user;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadRights} that end by themselves, in virtual time: a client ends
 * with the earliest of them, and has what was published before.
 */
class ReadRightsEndTests {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private final RightsNode rights = new RightsNode();

	private final TestNode node = this.rights.node;

	@Test
	void pollWhenRightsEndShouldEndWithItsCursor() {
		this.rights.permit("a", TEN);
		this.node.publish("a", "0");
		TestSubscriber<Batch> poll = this.node.poll("a");
		this.rights.advanceTo(TEN.minus(TICK));
		assertThat(poll.isTerminated()).isFalse();
		this.rights.advanceTo(TEN);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
		this.rights.permit("a", TEN.plusSeconds(10));
		this.node.publish("a", "1");
		assertThat(TestNode.received(this.node.poll(TestNode.cursor(poll), "a"))).containsExactly("a=1");
		this.rights.assertNothingIsLeft();
	}

	@Test
	void pollWhenItEndsBeforeItsRightsShouldEndAsUsual() {
		this.rights.permit("a", Instant.EPOCH.plus(TestNode.TIMEOUT));
		this.node.channel("a");
		TestSubscriber<Batch> timedOut = this.node.poll("a");
		assertThat(this.node.limitedRights()).isZero();
		this.node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(TestNode.ending(timedOut)).isEqualTo(Ending.TIMED_OUT);
		this.rights.permit("a", this.node.wallClock().plusSeconds(1));
		TestSubscriber<Batch> answered = this.node.poll("a");
		assertThat(this.node.limitedRights()).isOne();
		this.node.publish("a", "1");
		assertThat(TestNode.received(answered)).containsExactly("a=1");
		this.rights.assertNothingIsLeft();
	}

	@Test
	void openWhenRightsHaveEndedShouldBeRefusedWithItsCursor() {
		this.rights.permit("a", Instant.EPOCH);
		this.node.publish("a", "0");
		TestSubscriber<Batch> poll = this.node.poll(Cursor.EARLIEST, "a");
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class, (ex) -> {
			assertThat(ex.getReason()).isEqualTo(Reason.EXPIRED);
			assertThat(ex.getCursor()).isEqualTo(Cursor.EARLIEST);
		});
		this.rights.assertNothingIsLeft();
	}

	@Test
	void openWhenRightsEndInADistantFutureShouldBeServed() {
		this.rights.permit("a", Instant.MAX);
		this.node.publish("a", "0");
		assertThat(TestNode.received(this.node.poll(Cursor.EARLIEST, "a"))).containsExactly("a=0");
		this.rights.permit("a", Instant.MIN);
		assertThat(this.node.poll("a").expectTerminalError()).hasMessageContaining("expired");
	}

	@Test
	void openShouldAskOnceWithAllChannelsAndTheExpiryOfTheLogin() {
		this.rights.permit("b", TEN);
		this.node.channel("b");
		TestSubscriber<Batch> poll = this.rights.poll("token", "c", "b", "a");
		assertThat(this.rights.asked()).hasSize(1);
		assertThat(this.rights.asked().get(0).channels()).containsExactly("c", "b", "a");
		assertThat(this.rights.asked().get(0).expiry()).isEqualTo(TEN);
		assertThat(poll.isTerminated()).isFalse();
		this.rights.advanceTo(TEN);
		assertThat(TestNode.answer(poll).refused().channels()).containsExactly("c", "a");
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
	}

	@Test
	void openWhenAuthorizerDecidesChannelByChannelShouldEndWithTheLogin() {
		TestNode node = TestNode.with()
			.authorizer((principal, channel) -> Mono.just(!channel.equals("b")))
			.logins((principal) -> TEN)
			.node();
		node.channel("a");
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(Mono.just(SubscriptionRequest.of(List.of("a", "b"), Cursor.LATEST, null, user("ada"))))
			.subscribe(poll);
		node.time.advanceTimeBy(Duration.ofSeconds(10));
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
	}

	@Test
	void streamWhenRightsEndShouldEndWithTheEarliest() {
		this.rights.permit("a", TEN.plusSeconds(5));
		this.rights.permit("b", TEN);
		this.rights.permit("c", TEN.plusSeconds(1));
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a", "b", "c");
		this.rights.advanceTo(TEN.minus(TICK));
		assertThat(stream.isTerminated()).isFalse();
		this.rights.advanceTo(TEN);
		assertExpired(stream);
		this.rights.assertNothingIsLeft();
	}

	@Test
	void streamWhenRightsEndShouldGetWhatWasPublishedBeforeAndNothingElse() {
		this.rights.permit("a", TEN);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		this.node.publish("a", "1");
		assertThat(texts(last(stream))).containsExactly("1");
		// The client is taking the batch.
		this.node.publish("a", "2");
		this.rights.advanceTo(TEN);
		this.node.publish("a", "3");
		assertThat(stream.isTerminated()).isFalse();
		stream.request(1);
		assertThat(texts(last(stream))).containsExactly("2");
		assertExpired(stream);
		this.rights.permit("a", TEN.plusSeconds(5));
		assertThat(TestNode.received(this.node.poll(last(stream).cursor(), "a"))).containsExactly("a=3");
	}

	@Test
	void streamWhenMoreWasPublishedThanOneBatchTakesShouldResumeBehindIt() {
		this.rights.permit("a", TEN);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		this.node.publish("a", "1");
		this.node.publish("a", "x".repeat(900), "y".repeat(900));
		this.rights.advanceTo(TEN);
		stream.request(1);
		assertThat(texts(last(stream))).containsExactly("x".repeat(900));
		assertExpired(stream);
		this.rights.permit("a", TEN.plusSeconds(5));
		assertThat(TestNode.received(this.node.poll(last(stream).cursor(), "a")))
			.containsExactly("a=" + "y".repeat(900));
	}

	@Test
	void streamWhenItsDemandIsWaitingShouldEndAtOnceWithWhatIsThere() {
		this.rights.permit("a", TEN);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		stream.request(1);
		this.rights.advanceTo(TEN);
		assertExpired(stream);
		assertThat(texts(last(stream))).isEmpty();
	}

	@Test
	void streamWhenItIsCancelledShouldKeepNoDeadline() {
		this.rights.permit("a", TEN);
		TestSubscriber<Batch> stream = this.rights.stream("ada", "a");
		assertThat(this.node.limitedRights()).isOne();
		stream.cancel();
		this.rights.assertNothingIsLeft();
	}

}
