package io.github.cometspring.subscription;

import java.time.Duration;
import java.security.Principal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions}: the admission of clients and the connection limit. One
 * class, as each kind of admission is also a way to give the slot back.
 */
class AdmissionTests {

	@Test
	void openWhenConnectionsAreUsedUpShouldRefuse() {
		TestNode node = TestNode.with().maxConnections(2).node();
		node.channel("a");
		TestSubscriber<Batch> first = node.poll("a");
		node.poll("a");
		assertRefused(node.poll("a"), Reason.TOO_MANY_CONNECTIONS);
		assertThat(node.connections()).isEqualTo(2);
		first.cancel();
		assertThat(node.poll("a").isTerminated()).isFalse();
	}

	@Test
	void openWhenConnectionsAreUsedUpShouldNotReadRequest() {
		TestNode node = TestNode.with().maxConnections(1).node();
		node.channel("a");
		node.poll("a");
		AtomicInteger read = new AtomicInteger();
		TestSubscriber<Batch> refused = TestSubscriber.create();
		node.open(Mono.fromRunnable(read::incrementAndGet)).subscribe(refused);
		assertRefused(refused, Reason.TOO_MANY_CONNECTIONS);
		assertThat(read).hasValue(0);
	}

	@Test
	void openWhenNotSubscribedToShouldDoNothing() {
		TestNode node = TestNode.with().maxConnections(1).node();
		node.channel("a");
		node.open(Cursor.LATEST, "a");
		assertThat(node.connections()).isZero();
	}

	@Test
	void openWhenSubscribedToTwiceShouldCountTwice() {
		TestNode node = TestNode.create();
		node.channel("a");
		var open = node.open(Cursor.LATEST, "a");
		open.subscribe(TestSubscriber.create());
		open.subscribe(TestSubscriber.create());
		assertThat(node.connections()).isEqualTo(2);
	}

	@ParameterizedTest
	@MethodSource
	void openWhenEndedShouldReleaseSlot(@SuppressWarnings("unused") String name,
			BiConsumer<TestNode, TestSubscriber<Batch>> end) {
		TestNode node = TestNode.with().maxConnections(1).node();
		node.channel("a");
		for (int i = 0; i < 3; i++) {
			TestSubscriber<Batch> poll = TestSubscriber.create();
			node.open(Cursor.LATEST, "a").subscribe(poll);
			assertThat(node.connections()).isOne();
			end.accept(node, poll);
			assertThat(node.connections()).isZero();
			assertThat(node.channel("a").subscribers()).isZero();
			node.control.activate().block(TestNode.TIMEOUT);
		}
	}

	static Stream<Arguments> openWhenEndedShouldReleaseSlot() {
		return Stream.of(ended("answer", (node, poll) -> node.publish("a", "1")),
				ended("timeout", (node, poll) -> node.time.advanceTimeBy(TestNode.TIMEOUT)),
				ended("kill", (node, poll) -> node.control.setTimeout(TestNode.TIMEOUT, true).block(TestNode.TIMEOUT)),
				ended("deactivation", (node, poll) -> node.control.deactivate().block(TestNode.TIMEOUT)),
				ended("cancellation", (node, poll) -> poll.cancel()), ended("cancellation twice", (node, poll) -> {
					poll.cancel();
					poll.cancel();
				}), ended("end of channel", (node, poll) -> node.channel("a").close().block(TestNode.TIMEOUT)));
	}

	private static Arguments ended(String name, BiConsumer<TestNode, TestSubscriber<Batch>> end) {
		return Arguments.of(name, end);
	}

	@Test
	void openWhenAnsweredShouldReleaseSlotBeforeTheAnswerIsWritten() {
		TestNode node = TestNode.with().maxConnections(1).node();
		node.channel("a");
		List<Integer> connections = new ArrayList<>();
		StepVerifier
			.create(node.open(Cursor.LATEST, "a").next().doOnNext((batch) -> connections.add(node.connections())))
			.then(() -> node.publish("a", "1"))
			.expectNextCount(1)
			.expectComplete()
			.verify(TestNode.TIMEOUT);
		assertThat(connections).containsExactly(0);
	}

	@Test
	void openWhenRequestFailsShouldReleaseSlot() {
		TestNode node = TestNode.with().maxConnections(1).node();
		for (int i = 0; i < 3; i++) {
			TestSubscriber<Batch> poll = TestSubscriber.create();
			node.open(Mono.error(new IllegalStateException("malformed"))).subscribe(poll);
			assertThat(poll.expectTerminalError()).hasMessage("malformed");
			assertThat(node.connections()).isZero();
		}
	}

	@Test
	void openWhenCancelledWhileRequestIsReadShouldReleaseSlotAndCancelReading() {
		TestNode node = TestNode.with().maxConnections(1).node();
		AtomicBoolean cancelled = new AtomicBoolean();
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(Mono.<SubscriptionRequest>never().doOnCancel(() -> cancelled.set(true))).subscribe(poll);
		assertThat(node.connections()).isOne();
		poll.cancel();
		assertThat(node.connections()).isZero();
		assertThat(cancelled).isTrue();
	}

	@Test
	void openWhenCancelledBeforeAnythingIsRequestedShouldReleaseSlot() {
		TestNode node = TestNode.with().maxConnections(1).node();
		node.channel("a");
		TestSubscriber<Batch> poll = TestSubscriber.builder().initialRequest(0).build();
		node.open(Cursor.LATEST, "a").subscribe(poll);
		poll.cancel();
		assertThat(node.connections()).isZero();
		poll.request(1);
		assertThat(node.channel("a").subscribers()).isZero();
		assertThat(poll.getReceivedOnNext()).isEmpty();
	}

	@Test
	void openWhenCancelledBetweenRequestAndItsTaskShouldNotBegin() {
		ManualEventLoop loop = new ManualEventLoop();
		TestNode node = TestNode.with().loop(loop).node();
		node.publish("a", "1");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "a");
		poll.cancel();
		loop.runTasks();
		assertThat(poll.getReceivedOnNext()).isEmpty();
		assertThat(node.channel("a").subscribers()).isZero();
		assertThat(node.connections()).isZero();
	}

	@Test
	void openWhenCalledConcurrentlyShouldNeverExceedLimit()
			throws ExecutionException, InterruptedException, TimeoutException {
		int limit = 1;
		int threads = 4;
		int each = 100_000;
		TestNode node = TestNode.with().maxConnections(limit).node();
		AtomicInteger inside = new AtomicInteger();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger admitted = new AtomicInteger();
		AtomicInteger refused = new AtomicInteger();
		Threads.run(threads, (thread) -> {
			for (int i = 0; i < each; i++) {
				TestSubscriber<Batch> poll = TestSubscriber.create();
				AtomicBoolean entered = new AtomicBoolean();
				node.open(Mono.<SubscriptionRequest>never().doOnSubscribe((subscription) -> {
					entered.set(true);
					most.accumulateAndGet(inside.incrementAndGet(), Math::max);
				})).subscribe(poll);
				if (entered.get()) {
					admitted.incrementAndGet();
					inside.decrementAndGet();
					poll.cancel();
				}
				else {
					refused.incrementAndGet();
				}
			}
		});
		assertThat(most.get()).isPositive().isLessThanOrEqualTo(limit);
		assertThat(admitted.get()).isPositive();
		assertThat(admitted.get() + refused.get()).isEqualTo(threads * each);
		assertThat(node.connections()).isZero();
		assertThat(IntStream.range(0, limit + 1).mapToObj((i) -> {
			TestSubscriber<Batch> poll = TestSubscriber.create();
			node.open(Mono.never()).subscribe(poll);
			return poll;
		})).as("exactly the limit again").filteredOn(TestSubscriber::isTerminatedError).hasSize(1);
	}

	@Test
	void openWhenChannelsAreTooManyShouldRefuseAndReleaseSlot() {
		List<String> asked = Collections.synchronizedList(new ArrayList<>());
		TestNode node = TestNode.with()
			.limits(new SubscriptionLimits(1, 2, 1000, Duration.ofSeconds(15)))
			.authorizer((principal, channel) -> Mono.fromCallable(() -> asked.add(channel)))
			.node();
		assertRefused(node.poll("a", "b", "c"), Reason.TOO_MANY_CHANNELS);
		assertThat(asked).as("channels for which the authorizer was called").isEmpty();
		assertThat(node.connections()).isZero();
		assertThat(TestNode.received(node.poll("a", "b"))).containsExactly("a!ended", "b!ended");
	}

	@Test
	void openWhenChannelsAreUnknownShouldAnswerAtOnceInOrder() {
		TestNode node = TestNode.create();
		node.channel("b");
		node.publish("b", "1");
		TestSubscriber<Batch> poll = node.poll(Cursor.EARLIEST, "x", "b", "y z");
		assertThat(TestNode.received(poll)).containsExactly("b=1", "x!ended", "y z!ended");
		assertThat(TestNode.cursor(poll).knows("b")).isTrue();
		assertThat(TestNode.cursor(poll).knows("x")).isFalse();
	}

	@Test
	void openWhenAuthorizerPermitsShouldServe() {
		Principal user = () -> "ada";
		Set<String> asked = ConcurrentHashMap.newKeySet();
		TestNode node = TestNode.with()
			.authorizer((principal, channel) -> Mono
				.just(asked.add(((principal != null) ? principal.getName() : "nobody") + "/" + channel)))
			.node();
		node.publish("a", "1");
		TestSubscriber<Batch> poll = TestSubscriber.create();
		node.open(Mono.just(SubscriptionRequest.of(List.of("a", "x"), Cursor.EARLIEST, null, Mono.just(user))))
			.subscribe(poll);
		assertThat(TestNode.received(poll)).containsExactly("a=1", "x!ended");
		assertThat(asked).containsExactlyInAnyOrder("ada/a", "ada/x");
		node.poll("b");
		assertThat(asked).contains("nobody/b");
	}

	@ParameterizedTest
	@MethodSource
	void openWhenAuthorizerDoesNotPermitShouldRefuseThatChannel(@SuppressWarnings("unused") String how,
			ChannelAuthorizer refusal) {
		TestNode node = TestNode.with()
			.authorizer(
					(principal, channel) -> channel.equals("a") ? Mono.just(true) : refusal.mayRead(principal, channel))
			.node();
		node.publish("a", "1");
		node.publish("b", "secret");
		for (TestSubscriber<Batch> poll : List.of(node.poll(Cursor.EARLIEST, "a", "b"),
				node.poll(Cursor.EARLIEST, "b", "a"))) {
			assertThat(TestNode.received(poll)).containsExactly("a=1");
			assertThat(TestNode.answer(poll).refused().channels()).containsExactly("b");
			assertThat(TestNode.cursor(poll).knows("b")).isFalse();
		}
		assertRefused(node.poll("no such channel"), Reason.FORBIDDEN);
		assertRefused(node.poll("b", "no such channel"), Reason.FORBIDDEN);
		assertThat(TestNode.received(node.poll(Cursor.EARLIEST, "a"))).containsExactly("a=1");
		assertThat(node.connections()).isZero();
		assertThat(node.channel("b").subscribers()).isZero();
	}

	static Stream<Arguments> openWhenAuthorizerDoesNotPermitShouldRefuseThatChannel() {
		return Stream.of(refusal("false", (principal, channel) -> Mono.just(false)),
				refusal("empty", (principal, channel) -> Mono.empty()),
				refusal("error", (principal, channel) -> Mono.error(new IllegalStateException("expected"))),
				refusal("throws", (principal, channel) -> {
					throw new IllegalStateException("expected");
				}));
	}

	private static Arguments refusal(String how, ChannelAuthorizer authorizer) {
		return Arguments.of(how, authorizer);
	}

	@Test
	void openWhenAuthorizerIsSlowShouldListenOnlyAfterItsDecision() {
		Sinks.One<Boolean> decision = Sinks.one();
		TestNode node = TestNode.with().authorizer((principal, channel) -> decision.asMono()).node();
		node.channel("a");
		TestSubscriber<Batch> poll = node.poll("a");
		assertThat(node.channel("a").subscribers()).isZero();
		assertThat(node.connections()).isOne();
		decision.tryEmitValue(true);
		assertThat(node.channel("a").subscribers()).isOne();
		node.publish("a", "1");
		assertThat(TestNode.received(poll)).containsExactly("a=1");
	}

	private static void assertRefused(TestSubscriber<Batch> poll, Reason reason) {
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class,
				(ex) -> assertThat(ex.getReason()).isEqualTo(reason));
		assertThat(poll.getReceivedOnNext()).isEmpty();
	}

}
