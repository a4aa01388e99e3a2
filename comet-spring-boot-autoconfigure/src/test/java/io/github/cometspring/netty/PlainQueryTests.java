package io.github.cometspring.netty;

import java.net.URI;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.http.HttpMethod;
import org.springframework.mock.http.server.reactive.MockServerHttpRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PlainQuery}: a plain query is read to the same values as Spring reads.
 */
class PlainQueryTests {

	private static final String START = "/comet?";

	private static final String[] PIECES = { "channel", "cursor", "from", "lastEventId", "format", "event", "=", "=",
			"&", "a", "%41", "%C3%A9", "%E9", "%", "+", ":", ",", "@", "/", "?", "x", "#", ";", " ", "\u00E9", "" };

	private static boolean isPlain(String query) {
		return PlainQuery.isPlain(START + query, START.length());
	}

	@ParameterizedTest
	@ValueSource(strings = { "channel=a", "channel=a&channel=b", "channel=", "channel=%C3%A9&cursor=AbZ-_09",
			"channel=a&from=latest:a,b&lastEventId=x", "channel=a/b@c~d.e", "format=plain&event=message" })
	void isPlainWhenQueryHasWhatClientsSendShouldBeTrue(String query) {
		assertThat(isPlain(query)).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "channel", "channel=a&", "&channel=a", "x=y", "channel=a&x=y", "channel=a&token=t",
			"channel=a+b", "channel=a=b", "channel=%4", "channel=%zz", "channel=a#b", "channel=a b", "channel=\u00E9",
			"channel=%\uFF14\uFF11", "=a", "channel=a&=b", "channel=a;b", "Channel=a" })
	void isPlainWhenQueryHasAnythingElseShouldBeFalse(String query) {
		assertThat(isPlain(query)).isFalse();
	}

	@Test
	void parseWhenPlainShouldReadWhatSpringReads() {
		Random random = new Random(1);
		int plain = 0;
		for (int i = 0; i < 200_000 || plain < 1000; i++) {
			StringBuilder query = new StringBuilder((i % 2 == 0) ? "channel=" : "");
			for (int j = random.nextInt(7); j >= 0; j--) {
				query.append(PIECES[random.nextInt(PIECES.length)]);
			}
			String uri = START + query;
			if (PlainQuery.isPlain(uri, START.length())) {
				plain++;
				assertThat(PlainQuery.parse(uri, START.length())).as(uri)
					.isEqualTo(MockServerHttpRequest.method(HttpMethod.GET, URI.create(uri)).build().getQueryParams());
			}
		}
	}

	@Test
	void parseShouldKeepTheOrderOfValues() {
		String uri = START + "channel=b&cursor=x&channel=a&channel=b";
		assertThat(PlainQuery.parse(uri, START.length())).containsEntry("channel", List.of("b", "a", "b"))
			.containsEntry("cursor", List.of("x"));
	}

}
