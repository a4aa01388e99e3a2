package io.github.cometspring.web;

import java.net.URI;
import java.util.List;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullAndEmptySource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PageOrigin}.
 */
class PageOriginTests {

	@ParameterizedTest
	@CsvSource({ "http://example.org, example.org", "https://example.org, example.org",
			"https://example.org, example.org:443", "http://example.org, example.org:80",
			"http://example.org:8080, example.org:8080", "https://example.org:8080, example.org:8080",
			"https://example.org:443, example.org", "https://example.org:80, example.org",
			"HTTPS://EXAMPLE.org, example.ORG", "http://h_h, h_h", "http://h_h:81, h_h:81",
			"http://[::1]:8080, [::1]:8080", "https://[2001:DB8::1], [2001:db8::1]", "http://127.0.0.1, 127.0.0.1",
			"https://xn--bcher-kva.example, xn--bcher-kva.example", "http://example.org., example.org.",
			"http://a..b, a..b" })
	void isOfWhenHostAndPortAreTheSameShouldBeTrue(String origin, String authority) {
		assertThat(isOf(origin, authority)).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "https://example.org, example.org:80", "http://example.org, example.org:443",
			"https://example.org, example.org:8080", "http://example.org:8080, example.org",
			"http://example.org:8080, example.org:8081", "http://example.org., example.org",
			"http://evil.example, example.org", "http://example.org.evil, example.org",
			"http://evil-example.org, example.org", "http://example.org, u@example.org", "http://[::1], [::2]",
			"http://[::1], ::1", "http://127.0.0.1, localhost" })
	void isOfWhenHostOrPortDifferShouldBeFalse(String origin, String authority) {
		assertThat(isOf(origin, authority)).isFalse();
	}

	private static boolean isOf(String text, String authority) {
		PageOrigin origin = PageOrigin.parse(text);
		assertThat(origin).isNotNull();
		return origin.isOf(authority);
	}

	@ParameterizedTest
	@NullAndEmptySource
	@ValueSource(strings = { ":", ":80", "example.org:", "example.org:x", "example.org:65536", "example.org:-1",
			"example.org:99999999999", "example.org:80:80", "[::1", "::1]", "x[::1]", "[::1]x", "a b", "a,b", "a/b" })
	void isOfWhenHostIsMalformedShouldBeFalse(@Nullable String authority) {
		assertThat(new PageOrigin("http", "example.org", 80).isOf(authority)).isFalse();
		assertThat(new PageOrigin("http", "[::1]", 80).isOf(authority)).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "null", "http", "http:", "http://", "://h", "http:///", "http://h/", "http://h/x",
			"http://h?x", "http://h#x", "http://u@h", "http://u:p@h", "http://h:", "http://h:x", "http://h:65536",
			"http://h:99999999", "http://h:-1", "http://h:+1", "http://h:8\u0660", "http://[", "http://[::1",
			"http://::1]", "http://[::1]x", "http://h h", "http://a,http://b", "http://a http://b", " http://h",
			"http://h ", "ws://h", "file://", "file://h", "chrome-extension://h", "capacitor://localhost", "http:\\\\h",
			"http://h\\x", "\u00ff", "h", "h:80", "//h" })
	void parseWhenNotHttpOriginShouldBeNull(String text) {
		assertThat(PageOrigin.parse(text)).isNull();
	}

	@Test
	void parseAndIsOfWhenGeneratedShouldNotFail() {
		Random random = new Random(7);
		String alphabet = "htps:/.[]@%?#,\\ 0189a\u00ff\u0000-_";
		for (int i = 0; i < 20_000; i++) {
			StringBuilder text = new StringBuilder(random.nextBoolean() ? "http://" : "");
			random.ints(random.nextInt(12), 0, alphabet.length()).forEach((n) -> text.append(alphabet.charAt(n)));
			PageOrigin origin = PageOrigin.parse(text.toString());
			assertThat(new PageOrigin("http", "h", 80).isOf(text.toString())).isIn(true, false);
			if (origin != null) {
				assertThat(origin.isOf(text.substring("http://".length()))).isTrue();
			}
		}
	}

	@Test
	void isForeignWhenNoOriginShouldBeFalse() {
		assertThat(isForeign("http://example.org")).isFalse();
	}

	@Test
	void isForeignWhenProxyTerminatesTlsShouldBeFalse() {
		assertThat(isForeign("http://example.org", "https://example.org")).isFalse();
		assertThat(isForeign("http://example.org:443", "https://example.org")).isFalse();
		assertThat(isForeign("https://example.org", "http://example.org")).isFalse();
	}

	@Test
	void isForeignWhenHostIsNotDnsNameShouldCompareIt() {
		assertThat(isForeign("http://my_service:8080", "http://my_service:8080")).isFalse();
		assertThat(isForeign("http://my_service:8080", "http://example.org")).isTrue();
	}

	@Test
	void isForeignWhenSeveralOriginsShouldBeTrue() {
		assertThat(isForeign("http://example.org", "http://example.org", "http://example.org")).isTrue();
	}

	@Test
	void isForeignWhenOriginIsMalformedShouldBeTrue() {
		assertThat(List.of("", "null", "http://[")).allMatch((origin) -> isForeign("http://example.org", origin));
		assertThat(isForeign("/no-host", "http://h")).isTrue();
	}

	private static boolean isForeign(String uri, String... origins) {
		return PageOrigin
			.isForeign(MockServerHttpRequest.method(HttpMethod.GET, URI.create(uri)).header("Origin", origins).build());
	}

}
