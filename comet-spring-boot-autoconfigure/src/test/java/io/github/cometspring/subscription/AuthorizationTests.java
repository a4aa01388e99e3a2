package io.github.cometspring.subscription;

import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Operators;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Authorization}, also with authorizers that misbehave.
 */
class AuthorizationTests {

	// The tests check Comet's own warnings; Reactor must not log dropped errors.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Principal ADA = () -> "ada";

	@Test
	void openWhenAuthorizerHangsShouldRefuseAndCancelIt() {
		AtomicInteger cancelled = new AtomicInteger();
		TestNode node = node((principal, channel) -> channel.equals("a") ? Mono.just(true)
				: Mono.<Boolean>never().doOnCancel(cancelled::incrementAndGet));
		TestSubscriber<Batch> poll = node.poll("a", "b");
		node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT.minusMillis(1));
		assertThat(poll.isTerminated()).isFalse();
		node.time.advanceTimeBy(Duration.ofMillis(1));
		assertRefused(poll, Reason.UNDECIDED);
		assertThat(cancelled).hasValue(1);
		assertThat(node.connections()).isZero();
		assertThat(node.channel("a").subscribers()).isZero();
	}

	@Test
	void openWhenPrincipalHangsShouldRefuseWithRetry() {
		TestNode node = node((principal, channel) -> Mono.just(true));
		TestSubscriber<Batch> poll = open(node, Mono.never(), Context.empty(), "a");
		node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT);
		assertRefused(poll, Reason.UNDECIDED);
	}

	@Test
	void openWhenAuthorizerAnswersTooLateShouldNotLogItsAnswer() {
		List<MisbehavingMono> asked = new ArrayList<>();
		TestNode node = node((principal, channel) -> {
			MisbehavingMono late = new MisbehavingMono();
			asked.add(late);
			return late;
		});
		TestSubscriber<Batch> poll = node.poll("a");
		node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT);
		asked.forEach((late) -> late.subscriber.onError(new IllegalStateException("late")));
		asked.forEach((late) -> late.subscriber.onNext(true));
		assertRefused(poll, Reason.UNDECIDED);
	}

	@ParameterizedTest
	@MethodSource
	void openWhenEndedWhileAuthorizerDecidesShouldEndAtOnce(@SuppressWarnings("unused") String how,
			Consumer<TestNode> order, Reason reason) {
		AtomicInteger cancelled = new AtomicInteger();
		TestNode node = node((principal, channel) -> Mono.<Boolean>never().doOnCancel(cancelled::incrementAndGet));
		TestSubscriber<Batch> poll = node.poll("a");
		order.accept(node);
		assertRefused(poll, reason);
		assertThat(cancelled).hasValue(1);
		assertThat(node.connections()).isZero();
	}

	static Stream<Arguments> openWhenEndedWhileAuthorizerDecidesShouldEndAtOnce() {
		return Stream.of(order("KILL", (node) -> node.control.setTimeout(Duration.ZERO, true).block(), Reason.KILLED),
				order("deactivate", (node) -> node.control.deactivate().block(), Reason.KILLED),
				order("shutdown", (node) -> node.subscriptions.shutDown(), Reason.SHUTTING_DOWN));
	}

	private static Arguments order(String how, Consumer<TestNode> order, Reason reason) {
		return Arguments.of(how, order, reason);
	}

	@Test
	void openWhenEndedBeforeAuthorizerIsCalledShouldEndAtOnce() {
		TestNode node = node((principal, channel) -> Mono.never());
		Sinks.One<SubscriptionRequest> body = Sinks.one();
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(body.asMono()).subscribe(poll);
		node.control.deactivate().block();
		body.tryEmitValue(SubscriptionRequest.of(List.of("a"), Cursor.LATEST, null, Mono.empty()));
		assertRefused(poll, Reason.KILLED);
	}

	@Test
	void openWhenKillCameBeforeShouldStillDecide() {
		Sinks.One<Boolean> decision = Sinks.one();
		TestNode node = node((principal, channel) -> decision.asMono());
		node.control.setTimeout(TestNode.TIMEOUT, true).block();
		node.publish("a", "1");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "a");
		decision.tryEmitValue(true);
		assertThat(TestNode.received(poll)).containsExactly("a=1");
	}

	@Test
	void openWhenClientLeavesWhileAuthorizerDecidesShouldCancelIt() {
		AtomicInteger cancelled = new AtomicInteger();
		TestNode node = node((principal, channel) -> Mono.<Boolean>never().doOnCancel(cancelled::incrementAndGet));
		node.poll("a", "b").cancel();
		assertThat(cancelled).hasValue(2);
		assertThat(node.connections()).isZero();
		node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT);
	}

	@ParameterizedTest
	@MethodSource
	void openWhenAuthorizerMisbehavesShouldRefuseTheChannelAndServeTheOthers(@SuppressWarnings("unused") String how,
			ChannelAuthorizer misbehaving) {
		TestNode node = node((principal, channel) -> channel.equals("a") ? Mono.just(true)
				: misbehaving.mayRead(principal, channel));
		node.publish("a", "1");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "b", "a");
		assertThat(TestNode.received(poll)).containsExactly("a=1");
		assertThat(TestNode.answer(poll).refused().reasons()).isEqualTo(Map.of("b", Refusals.Reason.FORBIDDEN));
	}

	@SuppressWarnings("NullAway") // what applications do
	static Stream<Arguments> openWhenAuthorizerMisbehavesShouldRefuseTheChannelAndServeTheOthers() {
		return Stream.of(misbehaving("null", (principal, channel) -> null),
				misbehaving("error of the JVM", (principal, channel) -> {
					throw new StackOverflowError("planned");
				}), misbehaving("missing class", (principal, channel) -> {
					throw new NoClassDefFoundError("planned");
				}), misbehaving("empty", (principal, channel) -> Mono.empty()),
				misbehaving("error", (principal, channel) -> Mono.error(new AssertionError("planned"))),
				misbehaving("two errors", (principal, channel) -> new MisbehavingMono() {
					@Override
					public void subscribe(CoreSubscriber<? super Boolean> subscriber) {
						subscriber.onSubscribe(Operators.emptySubscription());
						subscriber.onError(new IllegalStateException("first"));
						subscriber.onError(new IllegalStateException("second"));
					}
				}), misbehaving("two answers", (principal, channel) -> new MisbehavingMono() {
					@Override
					public void subscribe(CoreSubscriber<? super Boolean> subscriber) {
						subscriber.onSubscribe(Operators.emptySubscription());
						subscriber.onNext(false);
						subscriber.onNext(true);
						subscriber.onComplete();
					}
				}), misbehaving("blocks", (principal, channel) -> {
					throw new IllegalStateException("block() is not supported in this thread");
				}));
	}

	private static Arguments misbehaving(String how, ChannelAuthorizer authorizer) {
		return Arguments.of(how, authorizer);
	}

	@Test
	void openShouldCallAuthorizerWithContextOfSubscriber() {
		Map<String, String> asked = new HashMap<>();
		TestNode node = node((principal, channel) -> Mono.deferContextual((context) -> {
			asked.put(channel, ((principal != null) ? principal.getName() : "nobody") + "/" + context.get("who"));
			return Mono.just(false);
		}));
		open(node, Mono.just(ADA), Context.of("who", "ada"), "a", "b");
		assertThat(asked).isEqualTo(Map.of("a", "ada/ada", "b", "ada/ada"));
		// The user may be in the context only, as with Spring Security.
		open(node, Mono.deferContextual((context) -> Mono.<Principal>just(() -> context.get("who"))),
				Context.of("who", "bob"), "a");
		assertThat(asked).containsEntry("a", "bob/bob");
	}

	@Test
	void openWhenDecisionsAreSlowShouldDecideConcurrently() {
		TestNode node = node(
				(principal, channel) -> Mono.delay(Duration.ofSeconds(1), node().time).map((tick) -> true));
		// Sixteen at a time: 64 take four seconds.
		String[] many = IntStream.range(0, 64).mapToObj((i) -> "x" + i).toArray(String[]::new);
		TestSubscriber<Batch> poll = this.node.poll(many);
		this.node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT.minusMillis(1));
		assertThat(TestNode.received(poll)).hasSize(64);
		assertThat(node).isSameAs(this.node);
	}

	private TestNode node = TestNode.create();

	private TestNode node() {
		return this.node;
	}

	private TestNode node(ChannelAuthorizer authorizer) {
		this.node = TestNode.with().authorizer(authorizer).node();
		return this.node;
	}

	private static TestSubscriber<Batch> open(TestNode node, Mono<? extends Principal> principal, Context context,
			String... channels) {
		TestSubscriber<Batch> poll = TestSubscriber.builder().contextPutAll(context).build();
		node.open(Mono.just(SubscriptionRequest.of(List.of(channels), Cursor.LATEST, null, principal))).subscribe(poll);
		return poll;
	}

	private static void assertRefused(TestSubscriber<Batch> poll, Reason reason) {
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(reason));
		assertThat(poll.getReceivedOnNext()).isEmpty();
	}

	/**
	 * Violates the rules of Reactive Streams.
	 */
	private static class MisbehavingMono extends Mono<Boolean> {

		private CoreSubscriber<? super Boolean> subscriber = Operators.toCoreSubscriber(TestSubscriber.create());

		@Override
		public void subscribe(CoreSubscriber<? super Boolean> subscriber) {
			this.subscriber = subscriber;
			subscriber.onSubscribe(Operators.emptySubscription());
		}

	}

}
