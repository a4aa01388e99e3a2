package io.github.cometspring.web;

import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest.BaseBuilder;
import org.springframework.mock.web.server.MockServerWebExchange;
import org.springframework.web.server.ServerWebExchange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometTokenFilter}: which requests it changes, which it refuses, and
 * which it leaves alone.
 */
class CometTokenFilterTests {

	private static final String PROTOCOL = "Sec-WebSocket-Protocol";

	/** The token {@code abc}. */
	private static final String OFFER = "comet.v1, comet.bearer.YWJj";

	private final AtomicReference<@Nullable ServerWebExchange> passed = new AtomicReference<>();

	@Test
	void handshakeWhenTokenIsOfferedShouldHaveItInTheHeader() {
		HttpHeaders headers = pass("/comet", handshake("/comet").header(PROTOCOL, OFFER)).getRequest().getHeaders();
		assertThat(headers.get(HttpHeaders.AUTHORIZATION)).containsExactly("Bearer abc");
		assertThat(headers.get(PROTOCOL)).containsExactly("comet.v1");
	}

	@Test
	void handshakeWhenOfferHasSeveralLinesShouldLeaveOneWithoutTheToken() {
		HttpHeaders headers = pass("/comet",
				handshake("/comet").header(PROTOCOL, "comet.bearer.YWJj", "comet.v1", "other"))
			.getRequest()
			.getHeaders();
		assertThat(headers.get(HttpHeaders.AUTHORIZATION)).containsExactly("Bearer abc");
		assertThat(headers.get(PROTOCOL)).containsExactly("comet.v1, other");
	}

	@Test
	void requestWhenNothingIsToDoShouldPassUnchanged() {
		assertUnchanged("/comet", handshake("/comet").header(PROTOCOL, "comet.v1"));
		assertUnchanged("/comet", handshake("/comet"));
		assertUnchanged("/comet",
				MockServerHttpRequest.get("/comet?channel=token&cursor=bearer").header(PROTOCOL, OFFER));
		assertUnchanged("/comet", handshake("/other").header(PROTOCOL, OFFER));
		assertUnchanged("/comet", handshake("/comet/below").header(PROTOCOL, OFFER));
		assertUnchanged("/comet", MockServerHttpRequest.get("/other?access_token=abc"));
		assertUnchanged("/**", handshake("/comet").header(PROTOCOL, OFFER));
		assertUnchanged("/**", MockServerHttpRequest.post("/comet?token=abc"));
	}

	@Test
	void handshakeWhenApplicationHasContextPathShouldBeRecognised() {
		assertThat(pass("/comet", handshake("/app/comet").contextPath("/app").header(PROTOCOL, OFFER)).getRequest()
			.getHeaders()
			.getFirst(HttpHeaders.AUTHORIZATION)).isEqualTo("Bearer abc");
	}

	@Test
	void handshakeWhenTokenIsThereTwiceShouldBeRefused() {
		assertRefused("/comet", handshake("/comet").header(PROTOCOL, OFFER).header("Authorization", "Basic eA=="));
		assertRefused("/comet", handshake("/comet").header(PROTOCOL, OFFER + ", comet.bearer.YWJk"));
	}

	@Test
	void handshakeWhenTokenIsOfferedAloneOrMalformedShouldBeRefused() {
		for (String offer : List.of("comet.bearer.YWJj", "comet.v1, comet.bearer.", "comet.v1, comet.bearer.DQo")) {
			assertRefused("/comet", handshake("/comet").header(PROTOCOL, offer));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "access_token=abc", "channel=a&token=abc", "bearer=abc", "token" })
	void requestWhenTokenIsInAddressShouldBeRefusedWithAWord(String query) {
		String address = "/comet?" + query;
		assertThat(assertRefused("/comet", handshake(address))).contains("application/problem+json", "Authorization");
		assertThat(assertRefused("/comet", MockServerHttpRequest.get(address))).contains("Authorization");
		assertThat(assertRefused("/comet", MockServerHttpRequest.post(address).contentType(MediaType.APPLICATION_JSON)))
			.contains("application/problem+json", "Authorization");
		String legacy = "application/x-ocsigen-comet";
		assertThat(assertRefused("/comet", MockServerHttpRequest.post(address).header("Content-Type", legacy)))
			.contains("text/plain", "Authorization");
		assertThat(assertRefused("/**", MockServerHttpRequest.post(address).header("Content-Type", legacy)))
			.contains("text/plain", "Authorization");
	}

	private static BaseBuilder<?> handshake(String address) {
		return MockServerHttpRequest.get(address).header("Upgrade", "WebSocket");
	}

	private void assertUnchanged(String path, BaseBuilder<?> request) {
		MockServerWebExchange exchange = exchange(request);
		filter(path, exchange);
		assertThat(this.passed.getAndSet(null)).isSameAs(exchange);
	}

	private ServerWebExchange pass(String path, BaseBuilder<?> request) {
		filter(path, exchange(request));
		ServerWebExchange passed = this.passed.get();
		assertThat(passed).isNotNull();
		return Objects.requireNonNull(passed);
	}

	private String assertRefused(String path, BaseBuilder<?> request) {
		MockServerWebExchange exchange = exchange(request);
		filter(path, exchange);
		assertThat(this.passed.get()).isNull();
		assertThat(exchange.getResponse().getStatusCode()).isEqualTo(HttpStatus.BAD_REQUEST);
		String answer = exchange.getResponse().getHeaders() + exchange.getResponse().getBodyAsString().block();
		assertThat(answer).doesNotContain("abc", "YWJj").contains("no-store");
		return answer;
	}

	private void filter(String path, ServerWebExchange exchange) {
		new CometTokenFilter(path).filter(exchange, (next) -> {
			this.passed.set(next);
			return Mono.empty();
		}).block();
	}

	private static MockServerWebExchange exchange(BaseBuilder<?> request) {
		return MockServerWebExchange.from(request);
	}

}
