package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link BearerSubprotocol}.
 */
class BearerSubprotocolTests {

	@Test
	void readWhenTokenIsOfferedShouldSeparateIt() {
		for (List<String> lines : List.of(List.of("comet.v1, " + offer("t.o-k_e~n+/==")),
				List.of(offer("t.o-k_e~n+/==") + ",comet.v1"), List.of("comet.v1", offer("t.o-k_e~n+/==")),
				List.of(offer("t.o-k_e~n+/=="), " comet.v1 "))) {
			BearerSubprotocol offer = BearerSubprotocol.read(lines);
			assertThat(offer.token()).isEqualTo("t.o-k_e~n+/==");
			assertThat(offer.others()).isEqualTo("comet.v1");
		}
	}

	@Test
	void readWhenNoTokenIsOfferedShouldHaveNone() {
		for (String line : List.of("comet.v1", "comet.v1, comet.v2", "", "comet.bearer", "Comet.Bearer.dA",
				"bearer.dA")) {
			BearerSubprotocol offer = BearerSubprotocol.read(List.of(line));
			assertThat(offer.token()).isNull();
			assertThat(offer.others()).isEqualTo(line);
		}
		assertThat(BearerSubprotocol.read(List.of()).token()).isNull();
	}

	@Test
	void readWhenTokenIsAloneShouldHaveNoOthers() {
		assertThat(BearerSubprotocol.read(List.of(offer("t"))).others()).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "=", "A", "AA=", "QQ==", "QR", "QUJ", "QUJD=", "QU+D", "QU/D", "QU D", "QU%44",
			"\u00e9", "QUJD.", "QUJD;q=1" })
	void readWhenTokenIsNotBase64UrlShouldRefuse(String encoded) {
		assertRefused("comet.v1, comet.bearer." + encoded, encoded);
	}

	@ParameterizedTest
	@ValueSource(strings = { "secret\r\nX-Admin: true", "secret\n", "secret\r", "\u0000secret", "sec ret", "secret\t",
			"secr\u00e9t", "secret\u007f", "secret\u4f60" })
	void readWhenTokenCannotStandInHeaderShouldRefuse(String token) {
		assertRefused("comet.v1, " + offer(token), "secr");
	}

	@Test
	void readWhenSeveralTokensAreOfferedShouldRefuse() {
		assertRefused("comet.v1, " + offer("secret") + ", " + offer("secret"), "secret");
		assertRefused("comet.v1, " + offer("secret") + ", " + offer("other"), "secret");
	}

	private static void assertRefused(String line, String secret) {
		assertThatExceptionOfType(RefusedRequestException.class).isThrownBy(() -> BearerSubprotocol.read(List.of(line)))
			.satisfies((ex) -> {
				assertThat(ex.status().value()).isEqualTo(400);
				if (secret.length() > 1) {
					assertThat(ex.getMessage()).doesNotContain(secret);
				}
			});
	}

	private static String offer(String token) {
		return "comet.bearer."
				+ Base64.getUrlEncoder().withoutPadding().encodeToString(token.getBytes(StandardCharsets.UTF_8));
	}

}
