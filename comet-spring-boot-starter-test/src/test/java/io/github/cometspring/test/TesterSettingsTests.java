package io.github.cometspring.test;

import org.junit.jupiter.api.Test;

import org.springframework.http.HttpHeaders;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TesterSettings}.
 */
class TesterSettingsTests {

	private final TesterSettings first = TesterSettings.DEFAULT.withHeaders((headers) -> headers.add("X-Shop", "1"));

	@Test
	void withHeadersShouldLeaveTheOthersAlone() {
		TesterSettings second = this.first.withHeaders((headers) -> headers.add("x-shop", "2"));
		assertThat(second.headers().get("X-Shop")).containsExactly("1", "2");
		assertThat(this.first.headers().get("X-Shop")).containsExactly("1");
	}

	@Test
	void addToWhenHeadersOfRequestChangeShouldKeepItsOwn() {
		HttpHeaders request = new HttpHeaders();
		this.first.addTo(request);
		request.add("X-Shop", "2");
		assertThat(request.get("X-Shop")).containsExactly("1", "2");
		assertThat(this.first.headers().get("X-Shop")).containsExactly("1");
	}

}
