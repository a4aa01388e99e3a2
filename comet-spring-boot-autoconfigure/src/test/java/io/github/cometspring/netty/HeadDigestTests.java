package io.github.cometspring.netty;

import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link HeadDigest}.
 */
class HeadDigestTests {

	private static HttpRequest request(String... headers) {
		return request(HttpMethod.POST, "/comet", headers);
	}

	private static HttpRequest request(HttpMethod method, String uri, String... headers) {
		HttpRequest request = new DefaultHttpRequest(HttpVersion.HTTP_1_1, method, uri);
		for (int i = 0; i < headers.length; i += 2) {
			request.headers().add(headers[i], headers[i + 1]);
		}
		return request;
	}

	private static byte @Nullable [] digest(String... headers) {
		return HeadDigest.of(request(headers));
	}

	@Test
	void digestShouldBeThatOfTheSameHead() {
		assertThat(digest("Host", "a", "Cookie", "b")).isEqualTo(digest("Host", "a", "Cookie", "b"));
	}

	@Test
	void digestShouldNotDependOnTheLengthOfTheBody() {
		assertThat(digest("Host", "a", "content-Length", "5")).isEqualTo(digest("Content-Length", "17", "Host", "a"));
	}

	@Test
	void digestShouldNotDependOnTheCursor() {
		assertThat(digest("Host", "a", "comet-cursor", "1")).isEqualTo(digest("Comet-Cursor", "2", "Host", "a"))
			.isEqualTo(digest("Host", "a"));
	}

	@Test
	void digestShouldDifferForOtherHeads() {
		byte[] digest = digest("Host", "a", "Cookie", "b");
		assertThat(digest).isNotEqualTo(digest("Host", "a", "Cookie", "B"));
		assertThat(digest).isNotEqualTo(digest("Host", "a", "Cookie", "b", "Cookie", "b"));
		assertThat(digest).isNotEqualTo(digest("Cookie", "b", "Host", "a"));
		assertThat(digest).isNotEqualTo(digest("Host", "a"));
		assertThat(digest).isNotEqualTo(HeadDigest.of(request(HttpMethod.GET, "/comet", "Host", "a", "Cookie", "b")));
		assertThat(digest).isNotEqualTo(HeadDigest.of(request(HttpMethod.POST, "/comet2", "Host", "a", "Cookie", "b")));
	}

	@Test
	void digestShouldDifferWhereTheSameCharactersAreOtherParts() {
		assertThat(digest("ab", "c")).isNotEqualTo(digest("a", "bc"));
		assertThat(digest("a", "b", "c", "d")).isNotEqualTo(digest("a", "bcd"));
	}

	@Test
	void digestOfALongHeadShouldSeeItsEnd() {
		String token = "t".repeat(100_000);
		assertThat(digest("Authorization", token + 'a')).isNotEqualTo(digest("Authorization", token + 'b'));
		assertThat(digest("Authorization", token + 'a')).isEqualTo(digest("Authorization", token + 'a'));
	}

	@Test
	void charactersThatAreNoBytesShouldHaveNoDigest() {
		assertThat(digest("X", "\u00ff")).isNotNull();
		assertThat(digest("X", "\u0100")).isNull();
	}

}
