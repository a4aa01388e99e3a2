package io.github.cometspring.control;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;

import io.github.cometspring.testing.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link CometControl}.
 */
class CometControlTests {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration YEAR = Duration.ofDays(365);

	private final CometControl control = new CometControl(Duration.ofSeconds(20));

	private final TestSubscriber<Kill> kills = TestSubscriber.create();

	@Test
	void createShouldBeActive() {
		assertThat(this.control.isActive()).isTrue();
		assertThat(this.control.timeout()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void executeWhenThereIsARelayShouldChangeNodesOnlyThroughIt() {
		List<CometControl> nodes = new ArrayList<>();
		List<CometCommand> sent = new ArrayList<>();
		ControlRelay relay = (command) -> Mono.fromRunnable(() -> sent.add(command));
		nodes.add(new CometControl(Duration.ofSeconds(20), relay));
		nodes.add(new CometControl(Duration.ofSeconds(20), relay));
		nodes.get(1).kills().subscribe(this.kills);
		verify(nodes.get(0).deactivate());
		verify(nodes.get(0).setTimeout(Duration.ofSeconds(5), true));
		assertThat(nodes).allMatch(CometControl::isActive);
		sent.forEach((command) -> nodes.forEach((node) -> node.apply(command)));
		assertThat(nodes).noneMatch(CometControl::isActive)
			.allSatisfy((node) -> assertThat(node.timeout()).isEqualTo(Duration.ofSeconds(5)));
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.DEACTIVATED, Kill.TIMEOUT_CHANGED);
		verify(nodes.get(1).activate());
		sent.forEach((command) -> nodes.forEach((node) -> node.apply(command)));
		assertThat(nodes).allMatch(CometControl::isActive);
	}

	@Test
	void executeWhenRelayFailsShouldChangeNothingAndFail() {
		CometControl control = new CometControl(Duration.ofSeconds(20),
				(command) -> Mono.error(new IllegalStateException("away")));
		StepVerifier.create(control.deactivate()).expectErrorMessage("away").verify(PATIENCE);
		StepVerifier.create(control.setTimeout(Duration.ofSeconds(-1)))
			.expectError(IllegalArgumentException.class)
			.verify(PATIENCE);
		assertThat(control.isActive()).isTrue();
	}

	@Test
	void deactivateShouldRefuseAndKillOnce() {
		this.control.kills().subscribe(this.kills);
		verify(this.control.deactivate());
		verify(this.control.deactivate());
		assertThat(this.control.isActive()).isFalse();
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.DEACTIVATED);
	}

	@Test
	void activateShouldAcceptRequestsAndKillNothing() {
		this.control.kills().subscribe(this.kills);
		verify(this.control.activate());
		assertThat(this.control.isActive()).isTrue();
		verify(this.control.deactivate());
		verify(this.control.activate());
		verify(this.control.activate());
		assertThat(this.control.isActive()).isTrue();
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.DEACTIVATED);
	}

	@Test
	void deactivateShouldBeInEffectWhenKillIsReceived() {
		TestSubscriber<Boolean> active = TestSubscriber.create();
		this.control.kills().map((kill) -> this.control.isActive()).subscribe(active);
		verify(this.control.deactivate());
		assertThat(active.getReceivedOnNext()).containsExactly(false);
	}

	@Test
	void setTimeoutShouldChangeIt() {
		this.control.kills().subscribe(this.kills);
		verify(this.control.setTimeout(Duration.ofSeconds(5)));
		assertThat(this.control.timeout()).isEqualTo(Duration.ofSeconds(5));
		verify(this.control.setTimeout(Duration.ZERO, false));
		assertThat(this.control.timeout()).isZero();
		assertThat(this.kills.getReceivedOnNext()).isEmpty();
	}

	@Test
	void setTimeoutWhenKillShouldBeInEffectWhenKillIsReceived() {
		TestSubscriber<Duration> timeouts = TestSubscriber.create();
		this.control.kills().map((kill) -> this.control.timeout()).subscribe(timeouts);
		this.control.kills().subscribe(this.kills);
		verify(this.control.setTimeout(Duration.ofSeconds(5), true));
		assertThat(timeouts.getReceivedOnNext()).containsExactly(Duration.ofSeconds(5));
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.TIMEOUT_CHANGED);
	}

	@Test
	void setTimeoutWhenOutOfRangeShouldFailAndChangeNothing() {
		this.control.kills().subscribe(this.kills);
		for (Duration bad : List.of(Duration.ofNanos(-1), YEAR.plusNanos(1), Duration.ofSeconds(Long.MAX_VALUE))) {
			StepVerifier.create(this.control.setTimeout(bad, true))
				.expectError(IllegalArgumentException.class)
				.verify(PATIENCE);
		}
		assertThat(this.control.timeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(this.kills.getReceivedOnNext()).isEmpty();
		verify(this.control.setTimeout(YEAR));
		assertThat(this.control.timeout()).isEqualTo(YEAR);
	}

	@Test
	void createWhenTimeoutIsOutOfRangeShouldFail() {
		assertThatIllegalArgumentException().isThrownBy(() -> new CometControl(Duration.ofNanos(-1)));
		assertThatIllegalArgumentException().isThrownBy(() -> new CometControl(YEAR.plusNanos(1)));
	}

	@Test
	void commandsWhenNotSubscribedToShouldDoNothing() {
		this.control.kills().subscribe(this.kills);
		List.of(this.control.deactivate(), this.control.setTimeout(Duration.ZERO, true),
				this.control.execute(new CometCommand.Deactivate()), this.control.setTimeout(Duration.ofNanos(-1)))
			.forEach((ignored) -> assertThat(this.control.isActive()).isTrue());
		assertThat(this.control.timeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(this.kills.getReceivedOnNext()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource
	void executeShouldApplyCommand(CometCommand command, boolean active, Duration timeout, List<Kill> expected) {
		this.control.kills().subscribe(this.kills);
		verify(this.control.execute(command));
		assertThat(this.control.isActive()).isEqualTo(active);
		assertThat(this.control.timeout()).isEqualTo(timeout);
		assertThat(this.kills.getReceivedOnNext()).isEqualTo(expected);
	}

	static Stream<Arguments> executeShouldApplyCommand() {
		Duration before = Duration.ofSeconds(20);
		Duration after = Duration.ofSeconds(3);
		return Stream.of(Arguments.of(new CometCommand.Activate(), true, before, List.of()),
				Arguments.of(new CometCommand.Deactivate(), false, before, List.of(Kill.DEACTIVATED)),
				Arguments.of(new CometCommand.SetTimeout(after, false), true, after, List.of()),
				Arguments.of(new CometCommand.SetTimeout(after, true), true, after, List.of(Kill.TIMEOUT_CHANGED)));
	}

	@Test
	void killsWhenSubscribedToLaterShouldNotRepeat() {
		verify(this.control.deactivate());
		this.control.kills().subscribe(this.kills);
		assertThat(this.kills.getReceivedOnNext()).isEmpty();
		verify(this.control.setTimeout(Duration.ZERO, true));
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.TIMEOUT_CHANGED);
		this.kills.cancel();
		verify(this.control.setTimeout(Duration.ZERO, true));
		assertThat(this.kills.getReceivedOnNext()).hasSize(1);
	}

	@Test
	void ordersForAUserShouldBeEmittedAndChangeNoState() {
		TestSubscriber<CometCommand> orders = TestSubscriber.create();
		this.control.kills().subscribe(this.kills);
		this.control.userCommands().subscribe(orders);
		verify(this.control.disconnect("ada"));
		verify(this.control.revoke("c", "ada"));
		assertThat(orders.getReceivedOnNext()).containsExactly(new CometCommand.Disconnect("ada"),
				new CometCommand.Revoke("c", "ada"));
		assertThat(this.control.isActive()).isTrue();
		assertThat(this.kills.getReceivedOnNext()).isEmpty();
	}

	@Test
	void ordersForAUserWithoutNameShouldFail() {
		StepVerifier.create(this.control.disconnect("")).expectError(IllegalArgumentException.class).verify(PATIENCE);
		StepVerifier.create(this.control.revoke("", "ada"))
			.expectError(IllegalArgumentException.class)
			.verify(PATIENCE);
		StepVerifier.create(this.control.revoke("c", "")).expectError(IllegalArgumentException.class).verify(PATIENCE);
	}

	@Test
	void killsWhenCommandsAreConcurrentShouldEmitEach()
			throws ExecutionException, InterruptedException, TimeoutException {
		this.control.kills().subscribe(this.kills);
		Threads.run(8, (thread) -> {
			for (int i = 0; i < 1000; i++) {
				verify(this.control.setTimeout(Duration.ofSeconds(1), true));
			}
		});
		assertThat(this.kills.getReceivedOnNext()).hasSize(8000).containsOnly(Kill.TIMEOUT_CHANGED);
		assertThat(this.kills.getProtocolErrors()).isEmpty();
	}

	@Test
	void deactivateWhenCalledConcurrentlyShouldKillOncePerChange()
			throws ExecutionException, InterruptedException, TimeoutException {
		this.control.kills().subscribe(this.kills);
		Threads.run(8, (thread) -> {
			for (int i = 0; i < 1000; i++) {
				verify(this.control.deactivate());
			}
		});
		assertThat(this.kills.getReceivedOnNext()).containsExactly(Kill.DEACTIVATED);
	}

	private static void verify(Mono<Void> command) {
		command.block(PATIENCE);
	}

}
