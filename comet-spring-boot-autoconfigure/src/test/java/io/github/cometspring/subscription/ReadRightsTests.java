package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.security.ReadDecisions;
import io.github.cometspring.security.ReadRequest;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ReadRights} that end by themselves, are renewed, or are taken away, in
 * virtual time. One class, as all of it ends subscriptions of one node.
 */
class ReadRightsTests {

	// The authorizer that hangs is logged.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Dialect STREAM = new Dialect(Transport.SSE, TestNode.DIALECT.size());

	private static final Dialect SOCKET = new Dialect(Transport.WEBSOCKET, TestNode.DIALECT.size());

	private static final Instant TEN = Instant.EPOCH.plusSeconds(10);

	private static final Duration TICK = Duration.ofNanos(1);

	/** The end of the right to each channel. A channel that is not there is refused. */
	private final Map<String, Instant> until = new HashMap<>();

	private final List<ReadRequest> asked = new ArrayList<>();

	private @Nullable Mono<ReadDecisions> answer;

	private final TestNode node = TestNode.with()
		.authorizer(new Authorizer())
		.maxAge(Duration.ofSeconds(30))
		.logins((principal) -> principal.getName().equals("token") ? TEN : null)
		.node();

	@Test
	void pollWhenRightsEndShouldEndWithItsCursor() {
		this.until.put("a", TEN);
		this.node.publish("a", "0");
		TestSubscriber<Batch> poll = this.node.poll("a");
		advanceTo(TEN.minus(TICK));
		assertThat(poll.isTerminated()).isFalse();
		advanceTo(TEN);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
		this.until.put("a", TEN.plusSeconds(10));
		this.node.publish("a", "1");
		assertThat(TestNode.received(this.node.poll(TestNode.cursor(poll), "a"))).containsExactly("a=1");
		assertNothingIsLeft();
	}

	@Test
	void pollWhenItEndsBeforeItsRightsShouldEndAsUsual() {
		this.until.put("a", Instant.EPOCH.plus(TestNode.TIMEOUT));
		this.node.channel("a");
		TestSubscriber<Batch> timedOut = this.node.poll("a");
		assertThat(this.node.limitedRights()).isZero();
		this.node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(TestNode.ending(timedOut)).isEqualTo(Ending.TIMED_OUT);
		this.until.put("a", this.node.wallClock().plusSeconds(1));
		TestSubscriber<Batch> answered = this.node.poll("a");
		assertThat(this.node.limitedRights()).isOne();
		this.node.publish("a", "1");
		assertThat(TestNode.received(answered)).containsExactly("a=1");
		assertNothingIsLeft();
	}

	@Test
	void openWhenRightsHaveEndedShouldBeRefusedWithItsCursor() {
		this.until.put("a", Instant.EPOCH);
		this.node.publish("a", "0");
		TestSubscriber<Batch> poll = this.node.poll(Cursor.EARLIEST, "a");
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class, (ex) -> {
			assertThat(ex.getReason()).isEqualTo(Reason.EXPIRED);
			assertThat(ex.getCursor()).isEqualTo(Cursor.EARLIEST);
		});
		assertNothingIsLeft();
	}

	@Test
	void openWhenRightsEndInADistantFutureShouldBeServed() {
		this.until.put("a", Instant.MAX);
		this.node.publish("a", "0");
		assertThat(TestNode.received(this.node.poll(Cursor.EARLIEST, "a"))).containsExactly("a=0");
		this.until.put("a", Instant.MIN);
		assertThat(this.node.poll("a").expectTerminalError()).hasMessageContaining("expired");
	}

	@Test
	void openShouldAskOnceWithAllChannelsAndTheExpiryOfTheLogin() {
		this.until.put("b", TEN);
		this.node.channel("b");
		TestSubscriber<Batch> poll = open(TestNode.DIALECT, "token", "c", "b", "a");
		assertThat(this.asked).hasSize(1);
		assertThat(this.asked.get(0).channels()).containsExactly("c", "b", "a");
		assertThat(this.asked.get(0).expiry()).isEqualTo(TEN);
		assertThat(poll.isTerminated()).isFalse();
		advanceTo(TEN);
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
		this.until.putAll(Map.of("a", TEN.plusSeconds(5), "b", TEN, "c", TEN.plusSeconds(1)));
		TestSubscriber<Batch> stream = stream("ada", "a", "b", "c");
		advanceTo(TEN.minus(TICK));
		assertThat(stream.isTerminated()).isFalse();
		advanceTo(TEN);
		assertExpired(stream);
		assertNothingIsLeft();
	}

	@Test
	void streamWhenRightsEndShouldGetWhatWasPublishedBeforeAndNothingElse() {
		this.until.put("a", TEN);
		TestSubscriber<Batch> stream = stream("ada", "a");
		this.node.publish("a", "1");
		assertThat(texts(last(stream))).containsExactly("1");
		// The client is taking the batch.
		this.node.publish("a", "2");
		advanceTo(TEN);
		this.node.publish("a", "3");
		assertThat(stream.isTerminated()).isFalse();
		stream.request(1);
		assertThat(texts(last(stream))).containsExactly("2");
		assertExpired(stream);
		this.until.put("a", TEN.plusSeconds(5));
		assertThat(TestNode.received(this.node.poll(last(stream).cursor(), "a"))).containsExactly("a=3");
	}

	@Test
	void streamWhenMoreWasPublishedThanOneBatchTakesShouldResumeBehindIt() {
		this.until.put("a", TEN);
		TestSubscriber<Batch> stream = stream("ada", "a");
		this.node.publish("a", "1");
		this.node.publish("a", "x".repeat(900), "y".repeat(900));
		advanceTo(TEN);
		stream.request(1);
		assertThat(texts(last(stream))).containsExactly("x".repeat(900));
		assertExpired(stream);
		this.until.put("a", TEN.plusSeconds(5));
		assertThat(TestNode.received(this.node.poll(last(stream).cursor(), "a")))
			.containsExactly("a=" + "y".repeat(900));
	}

	@Test
	void streamWhenItsDemandIsWaitingShouldEndAtOnceWithWhatIsThere() {
		this.until.put("a", TEN);
		TestSubscriber<Batch> stream = stream("ada", "a");
		stream.request(1);
		advanceTo(TEN);
		assertExpired(stream);
		assertThat(texts(last(stream))).isEmpty();
	}

	@Test
	void streamWhenItIsCancelledShouldKeepNoDeadline() {
		this.until.put("a", TEN);
		TestSubscriber<Batch> stream = stream("ada", "a");
		assertThat(this.node.limitedRights()).isOne();
		stream.cancel();
		assertNothingIsLeft();
	}

	@Test
	void streamWhenRightsAreConfirmedShouldGoOn() {
		this.until.put("a", TEN.plusSeconds(1000));
		TestSubscriber<Batch> stream = stream("ada", "a", "b");
		this.node.time.advanceTimeBy(Duration.ofSeconds(90));
		assertThat(this.asked).hasSize(4)
			.allSatisfy((request) -> assertThat(request.channels()).containsExactly("a", "b"));
		assertThat(stream.isTerminated()).isFalse();
	}

	@Test
	void streamWhenRightsAreRenewedShouldEndWithTheNewOnes() {
		this.until.put("a", Instant.EPOCH.plusSeconds(40));
		TestSubscriber<Batch> stream = stream("ada", "a");
		this.until.put("a", Instant.EPOCH.plusSeconds(50));
		advanceTo(Instant.EPOCH.plusSeconds(50).minus(TICK));
		assertThat(stream.isTerminated()).isFalse();
		assertThat(this.node.limitedRights()).isOne();
		advanceTo(Instant.EPOCH.plusSeconds(50));
		stream.request(9);
		assertExpired(stream);
		assertNothingIsLeft();
	}

	@Test
	void streamWhenARightIsNotConfirmedShouldEnd() {
		this.until.putAll(Map.of("a", Instant.MAX, "b", Instant.MAX));
		TestSubscriber<Batch> stream = stream("ada", "a", "b");
		this.until.remove("b");
		advanceTo(Instant.EPOCH.plusSeconds(30));
		stream.request(9);
		assertExpired(stream);
		assertNothingIsLeft();
	}

	@Test
	void streamWhenAuthorizerHangsAtTheRenewalShouldEndAfterTheTimeout() {
		this.until.put("a", Instant.MAX);
		TestSubscriber<Batch> stream = stream("ada", "a");
		this.answer = Mono.never();
		advanceTo(Instant.EPOCH.plusSeconds(35).minus(TICK));
		stream.request(9);
		assertThat(stream.isTerminated()).isFalse();
		advanceTo(Instant.EPOCH.plusSeconds(35));
		assertExpired(stream);
		assertNothingIsLeft();
	}

	@Test
	void streamWhenItEndsDuringTheRenewalShouldCancelIt() {
		this.until.put("a", Instant.MAX);
		TestSubscriber<Batch> stream = stream("ada", "a");
		List<String> cancelled = new ArrayList<>();
		this.answer = Mono.<ReadDecisions>never().doOnCancel(() -> cancelled.add("cancelled"));
		advanceTo(Instant.EPOCH.plusSeconds(31));
		stream.cancel();
		assertThat(cancelled).hasSize(1);
		assertNothingIsLeft();
	}

	@Test
	void disconnectShouldEndAllClientsOfTheUserAndNoOther() {
		this.until.put("a", Instant.MAX);
		TestSubscriber<Batch> poll = open(TestNode.DIALECT, "ada", "a");
		TestSubscriber<Batch> stream = stream("ada", "a");
		TestSubscriber<Batch> other = stream("bob", "a");
		TestSubscriber<Batch> nobody = this.node.poll("a");
		this.node.control.disconnect("ada").block();
		stream.request(1);
		assertThat(TestNode.ending(poll)).isEqualTo(Ending.EXPIRED);
		assertExpired(stream);
		assertThat(other.isTerminated()).isFalse();
		assertThat(nobody.isTerminated()).isFalse();
		// A later client with a new log-in is served.
		assertThat(stream("ada", "a").isTerminated()).isFalse();
	}

	@Test
	void disconnectWhenAuthorizerDecidesShouldRefuse() {
		this.answer = Mono.never();
		TestSubscriber<Batch> poll = open(TestNode.DIALECT, "ada", "a");
		TestSubscriber<Batch> other = open(TestNode.DIALECT, "bob", "a");
		this.node.control.disconnect("ada").block();
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(Reason.EXPIRED));
		assertThat(other.isTerminated()).isFalse();
	}

	@Test
	void disconnectWhenSocketHasNoChannelShouldEndIt() {
		TestSubscriber<Batch> socket = open(SOCKET, "ada");
		assertThat(this.asked).isEmpty();
		this.node.control.disconnect("ada").block();
		socket.request(1);
		assertExpired(socket);
	}

	@Test
	void disconnectWhenNobodyIsThereShouldDoNothing() {
		this.until.put("a", Instant.MAX);
		stream("ada", "a").cancel();
		this.node.control.disconnect("ada").block();
		assertNothingIsLeft();
	}

	@Test
	void revokeShouldEndTheClientsOfTheUserThatReadTheChannel() {
		this.until.putAll(Map.of("a", Instant.MAX, "b", Instant.MAX));
		TestSubscriber<Batch> both = stream("ada", "a", "b");
		TestSubscriber<Batch> without = stream("ada", "b");
		TestSubscriber<Batch> other = stream("bob", "a");
		this.node.control.revoke("a", "ada").block();
		both.request(1);
		assertExpired(both);
		assertThat(without.isTerminated()).isFalse();
		assertThat(other.isTerminated()).isFalse();
		// Asked anew
		assertThat(stream("ada", "a").isTerminated()).isFalse();
	}

	@Test
	void revokeWhenAuthorizerDecidesShouldEndWhatItDecidedBefore() {
		Sinks.One<ReadDecisions> decision = Sinks.one();
		this.node.publish("a", "0");
		this.answer = decision.asMono();
		TestSubscriber<Batch> poll = open(TestNode.DIALECT, "ada", "a");
		this.node.control.revoke("a", "ada").block();
		assertThat(poll.isTerminated()).isFalse();
		decision.tryEmitValue(ReadDecisions.permit("a", null));
		assertThat(poll.expectTerminalError()).hasMessageContaining("expired");
		assertNothingIsLeft();
	}

	private void advanceTo(Instant time) {
		this.node.time.advanceTimeBy(Duration.between(this.node.wallClock(), time));
	}

	private TestSubscriber<Batch> stream(String user, String... channels) {
		List.of(channels).forEach(this.node::channel);
		return open(STREAM, user, channels);
	}

	/**
	 * Opens a subscription of a client that takes its first batch.
	 */
	private TestSubscriber<Batch> open(Dialect dialect, String user, String... channels) {
		List.of(channels).forEach(this.node::channel);
		TestSubscriber<Batch> client = TestSubscriber.builder()
			.initialRequest(dialect.equals(TestNode.DIALECT) ? 1 : 2)
			.build();
		this.node.subscriptions
			.open(dialect, this.node.loop,
					Mono.just(SubscriptionRequest.of(List.of(channels), Cursor.LATEST, null, user(user))))
			.subscribe(client);
		return client;
	}

	private static Mono<Principal> user(String name) {
		return Mono.just(() -> name);
	}

	private static Batch last(TestSubscriber<Batch> client) {
		List<Batch> received = client.getReceivedOnNext();
		return received.get(received.size() - 1);
	}

	private static List<String> texts(Batch batch) {
		return batch.segments()
			.stream()
			.flatMap((segment) -> segment.messages().stream())
			.map((message) -> message.data())
			.toList();
	}

	private static void assertExpired(TestSubscriber<Batch> client) {
		assertThat(client.isTerminatedComplete()).isTrue();
		assertThat(last(client).ending()).isEqualTo(Ending.EXPIRED);
	}

	private void assertNothingIsLeft() {
		assertThat(this.node.limitedRights()).isZero();
		assertThat(this.node.connections()).isZero();
		assertThat(this.node.subscriptions.connections(Transport.SSE)).isZero();
		assertThat(this.node.channel("a").subscribers()).isZero();
	}

	/**
	 * Decides by {@link #until}, or answers {@link #answer}.
	 */
	private final class Authorizer implements ChannelAuthorizer {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			throw new AssertionError("Asked channel by channel");
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			ReadRightsTests.this.asked.add(request);
			Mono<ReadDecisions> answer = ReadRightsTests.this.answer;
			if (answer != null) {
				return answer;
			}
			ReadDecisions decisions = ReadDecisions.refuseAll();
			for (String channel : request.channels()) {
				Instant until = ReadRightsTests.this.until.get(channel);
				if (until != null) {
					decisions = decisions.or(ReadDecisions.permit(channel, until));
				}
			}
			return Mono.just(decisions);
		}

	}

}
