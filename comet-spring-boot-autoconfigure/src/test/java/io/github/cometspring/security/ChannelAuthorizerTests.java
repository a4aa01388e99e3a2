package io.github.cometspring.security;

import java.security.Principal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link ChannelAuthorizer}, {@link ReadRequest} and {@link ReadDecisions}.
 */
class ChannelAuthorizerTests {

	private static final Instant EARLY = Instant.EPOCH.plusSeconds(1);

	private static final Instant LATE = Instant.EPOCH.plusSeconds(2);

	private static final ReadRequest REQUEST = new ReadRequest(null, List.of("a", "b", "c"), Map.of(), Map.of(),
			List.of(), EARLY);

	private final List<Throwable> errors = new CopyOnWriteArrayList<>();

	@Test
	void authorizeShouldAskForEachChannelAndPermitUntilTheLoginEnds() {
		ChannelAuthorizer authorizer = (principal, channel) -> Mono.just(!channel.equals("b"));
		ReadDecisions decisions = decide(authorizer);
		assertThat(decisions.on("a")).isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(decisions.on("b")).isEqualTo(ReadDecision.REFUSED);
		assertThat(decisions.on("c")).isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(decisions.on("unknown")).isEqualTo(ReadDecision.REFUSED);
	}

	@Test
	@SuppressWarnings("NullAway") // what applications do
	void authorizeWhenAChannelFailsShouldRefuseItAlone() {
		ChannelAuthorizer authorizer = (principal, channel) -> switch (channel) {
			case "a" -> Mono.error(new IllegalStateException("planned"));
			case "b" -> throw new StackOverflowError("planned");
			case "c" -> null;
			case "d" -> Mono.empty();
			default -> Mono.just(true);
		};
		ReadRequest request = ReadRequest.of(null, List.of("a", "b", "c", "d", "e"));
		ReadDecisions decisions = decide(authorizer, request);
		assertThat(decisions).isEqualTo(ReadDecisions.refuse("a")
			.or(ReadDecisions.refuse("b"))
			.or(ReadDecisions.refuse("c"))
			.or(ReadDecisions.refuse("d"))
			.or(ReadDecisions.permit("e", null)));
		assertThat(this.errors).hasSize(3);
	}

	@Test
	void authorizeWhenThereAreManyChannelsShouldDecideSixteenAtATime() {
		VirtualTimeScheduler time = VirtualTimeScheduler.create();
		List<String> asked = new ArrayList<>();
		ChannelAuthorizer authorizer = (principal, channel) -> {
			asked.add(channel);
			return Mono.delay(Duration.ofSeconds(1), time).map((tick) -> true);
		};
		List<String> many = IntStream.range(0, 20).mapToObj((i) -> "x" + i).toList();
		StepVerifier.create(authorizer.authorize(ReadRequest.of(null, many)))
			.then(() -> assertThat(asked).hasSize(16))
			.then(() -> time.advanceTimeBy(Duration.ofSeconds(2)))
			.expectNext(ReadDecisions.permit(many, null))
			.expectComplete()
			.verify(Duration.ofSeconds(10));
	}

	@Test
	void orShouldPermitWhatOnePermitsUntilTheLaterEnd() {
		ChannelAuthorizer one = all((request) -> ReadDecisions.permit(List.of("a", "b"), EARLY));
		ChannelAuthorizer other = all((request) -> ReadDecisions.permit(List.of("b", "x"), LATE));
		ReadDecisions decisions = decide(one.or(other));
		assertThat(decisions.on("a")).isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(decisions.on("b")).isEqualTo(ReadDecision.permitted(LATE));
		assertThat(decisions.on("c")).isEqualTo(ReadDecision.REFUSED);
	}

	@Test
	@SuppressWarnings("NullAway") // what applications do
	void orWhenOneFailsShouldLetTheOtherDecide() {
		ChannelAuthorizer permitting = all(ReadDecisions::permitAll);
		List<ChannelAuthorizer> failing = List.of(all((request) -> {
			throw new StackOverflowError("planned");
		}), new AllAtOnce((request) -> null), new AllAtOnce((request) -> Mono.empty()),
				new AllAtOnce((request) -> Mono.error(new IllegalStateException("planned"))));
		for (ChannelAuthorizer each : failing) {
			assertThat(decide(each.or(permitting))).isEqualTo(ReadDecisions.permitAll(REQUEST));
			assertThat(decide(permitting.or(each))).isEqualTo(ReadDecisions.permitAll(REQUEST));
		}
		assertThat(this.errors).hasSize(6);
	}

	@Test
	void orWhenAskedForOneChannelShouldAskBoth() {
		ChannelAuthorizer one = (principal, channel) -> Mono.just(channel.equals("a"));
		ChannelAuthorizer both = one.or((principal, channel) -> Mono.just(principal != null));
		assertThat(both.mayRead(null, "a").block()).isTrue();
		assertThat(both.mayRead(null, "b").block()).isFalse();
		assertThat(both.mayRead(() -> "ada", "b").block()).isTrue();
	}

	@Test
	void decisionsShouldCombine() {
		assertThat(ReadDecision.permitted(EARLY).and(ReadDecision.PERMITTED)).isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(ReadDecision.permitted(LATE).and(ReadDecision.permitted(EARLY)))
			.isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(ReadDecision.PERMITTED.and(ReadDecision.REFUSED)).isEqualTo(ReadDecision.REFUSED);
		assertThat(ReadDecision.permitted(EARLY).or(ReadDecision.PERMITTED)).isEqualTo(ReadDecision.PERMITTED);
		assertThat(ReadDecision.REFUSED.or(ReadDecision.permitted(EARLY))).isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(ReadDecisions.permitAll(REQUEST).and(ReadDecisions.permit("a", LATE)).on("a"))
			.isEqualTo(ReadDecision.permitted(EARLY));
		assertThat(ReadDecisions.permitAll(REQUEST).and(ReadDecisions.permit("a", LATE)).on("b"))
			.isEqualTo(ReadDecision.REFUSED);
		assertThatIllegalArgumentException().isThrownBy(() -> new ReadDecision(false, EARLY));
	}

	@Test
	void textShouldTellNoSecret() {
		ReadRequest request = new ReadRequest(() -> "ada", List.of("secret"),
				Map.of("Authorization", List.of("secret")), Map.of("a", "secret"), List.of("secret"), EARLY);
		assertThat(request.toString()).contains("ada").doesNotContain("secret");
		assertThat(ReadDecisions.permit("secret", null).toString()).doesNotContain("secret");
	}

	private ReadDecisions decide(ChannelAuthorizer authorizer) {
		return decide(authorizer, REQUEST);
	}

	private ReadDecisions decide(ChannelAuthorizer authorizer, ReadRequest request) {
		Consumer<Throwable> recorder = this.errors::add;
		return authorizer.authorize(request)
			.contextWrite((context) -> context.put("reactor.onErrorDropped.local", recorder))
			.blockOptional(Duration.ofSeconds(10))
			.orElseThrow();
	}

	private static ChannelAuthorizer all(Function<ReadRequest, ReadDecisions> decide) {
		return new AllAtOnce((request) -> Mono.just(decide.apply(request)));
	}

	/**
	 * Decides on all channels at once.
	 *
	 * @param decide decides
	 */
	private record AllAtOnce(Function<ReadRequest, Mono<ReadDecisions>> decide) implements ChannelAuthorizer {

		@Override
		public Mono<Boolean> mayRead(@Nullable Principal principal, String channel) {
			return Mono.error(new AssertionError("Asked channel by channel"));
		}

		@Override
		public Mono<ReadDecisions> authorize(ReadRequest request) {
			return this.decide.apply(request);
		}

	}

}
