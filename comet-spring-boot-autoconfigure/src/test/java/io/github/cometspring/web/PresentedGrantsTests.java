package io.github.cometspring.web;

import java.util.List;
import java.util.Set;

import io.github.cometspring.channel.GrantToken;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PresentedGrants}.
 */
class PresentedGrantsTests {

	private final PresentedGrants grants = new PresentedGrants(3);

	@Test
	void changeShouldKeepNewestGrantOfEachChannel() {
		assertThat(this.grants.change(Set.of("a", "b"), List.of(grant("a", 1), grant("b", 1), grant("a", 2)))).isTrue();
		assertThat(this.grants.all()).containsExactly(grant("a", 2), grant("b", 1));
		assertThat(this.grants.change(Set.of("a", "b"), List.of())).isFalse();
		assertThat(this.grants.change(Set.of("a", "b"), List.of(grant("b", 7)))).isTrue();
		assertThat(this.grants.all()).containsExactly(grant("a", 2), grant("b", 7));
	}

	@Test
	void changeWhenChannelIsLeftShouldForgetItsGrant() {
		this.grants.change(Set.of("a", "b"), List.of(grant("a", 1), grant("b", 1)));
		assertThat(this.grants.change(Set.of("b", "c"), List.of())).isTrue();
		assertThat(this.grants.all()).containsExactly(grant("b", 1));
		assertThat(this.grants.change(Set.of("a", "b"), List.of())).isFalse();
		assertThat(this.grants.all()).containsExactly(grant("b", 1));
		assertThat(this.grants.change(Set.of(), List.of())).isTrue();
		assertThat(this.grants.all()).isEmpty();
	}

	@Test
	void changeWhenGrantsAreOfNoChannelShouldKeepNone() {
		List<String> useless = List.of("not a grant", grant("other", 1), grant("a", 1) + "=");
		assertThat(this.grants.change(Set.of("a"), useless)).isFalse();
		assertThat(this.grants.all()).isEmpty();
	}

	@Test
	void changeWhenThereAreTooManyShouldLookAtFirstOnes() {
		assertThat(this.grants.change(Set.of("a"), List.of("x", "x", "x", grant("a", 1)))).isFalse();
		assertThat(this.grants.change(Set.of("a"), List.of("x", "x", grant("a", 1)))).isTrue();
	}

	private static String grant(String channel, long end) {
		return GrantToken.format(GrantToken.content(new byte[4], end, channel), new byte[32]);
	}

}
