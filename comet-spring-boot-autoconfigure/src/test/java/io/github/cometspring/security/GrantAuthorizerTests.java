package io.github.cometspring.security;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link GrantAuthorizer}.
 */
class GrantAuthorizerTests {

	private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

	private static final Duration MINUTE = Duration.ofMinutes(1);

	private final SignedGrants grants = new SignedGrants(List.of(GrantKey.of("0123456789abcdef0123456789abcdef")),
			() -> NOW);

	private final GrantAuthorizer authorizer = new GrantAuthorizer(this.grants);

	@Test
	void authorizeShouldPermitChannelsOfGrantsUntilTheirEnd() {
		ReadDecisions decisions = decide(this.authorizer, List.of("a", "b", "c"), grant("b", 1), grant("a", 2));
		assertThat(decisions.on("a")).isEqualTo(ReadDecision.permitted(NOW.plusSeconds(120)));
		assertThat(decisions.on("b")).isEqualTo(ReadDecision.permitted(NOW.plusSeconds(60)));
		assertThat(decisions.on("c")).isEqualTo(ReadDecision.REFUSED);
	}

	@Test
	void authorizeWhenThereAreTwoGrantsShouldPermitUntilLaterEnd() {
		ReadDecisions decisions = decide(this.authorizer, List.of("a"), grant("a", 1), grant("a", 9), grant("a", 3));
		assertThat(decisions.on("a").until()).isEqualTo(NOW.plusSeconds(540));
	}

	@Test
	void authorizeWhenGrantsAreNotValidShouldRefuse() {
		SignedGrants foreign = new SignedGrants(List.of(GrantKey.of("fedcba9876543210fedcba9876543210")), () -> NOW);
		ReadDecisions decisions = decide(this.authorizer, List.of("a"), "", ".", "a", foreign.grant("a", MINUTE),
				grant("b", 1), grant("a", 1) + "x");
		assertThat(decisions.on("a")).isEqualTo(ReadDecision.REFUSED);
		assertThat(decisions.on("b")).as("not asked for").isEqualTo(ReadDecision.REFUSED);
	}

	@Test
	void authorizeWhenCombinedShouldPermitWhatEitherPermits() {
		ChannelAuthorizer either = this.authorizer.or((principal, channel) -> Mono.just(channel.equals("public")));
		ReadDecisions decisions = decide(either, List.of("public", "a", "b"), grant("a", 1));
		assertThat(decisions.on("public")).isEqualTo(ReadDecision.PERMITTED);
		assertThat(decisions.on("a").until()).isEqualTo(NOW.plusSeconds(60));
		assertThat(decisions.on("b").permitted()).isFalse();
	}

	@Test
	void authorizeWhenCombinedTheOtherWayShouldDecideTheSame() {
		ChannelAuthorizer other = (principal, channel) -> Mono.just(channel.equals("public"));
		ReadDecisions decisions = decide(other.or(this.authorizer), List.of("public", "a", "b"), grant("a", 1));
		assertThat(decisions).isEqualTo(decide(this.authorizer.or(other), List.of("public", "a", "b"), grant("a", 1)));
	}

	@Test
	void mayReadShouldRefuse() {
		StepVerifier.create(this.authorizer.mayRead(null, "a")).expectNext(false).verifyComplete();
	}

	private String grant(String channel, int minutes) {
		return this.grants.grant(channel, Duration.ofMinutes(minutes));
	}

	private static ReadDecisions decide(ChannelAuthorizer authorizer, List<String> channels, String... grants) {
		return authorizer.authorize(new ReadRequest(null, channels, Map.of(), Map.of(), List.of(grants), null))
			.block(MINUTE);
	}

}
