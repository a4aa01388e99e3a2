package io.github.cometspring.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Base64Url}.
 */
class Base64UrlTests {

	private static final String CHARACTERS = "ABQZaz09-_+/= \n.\u00e4";

	@ParameterizedTest
	@ValueSource(strings = { "AA=", "AA==", "AB", "AAB", "A", "AAAAA", "+A", "A A", "A\nA", "=", "\u00e4A", "A\u00e4" })
	void decodeWhenEncoderMakesNoSuchTextShouldRefuse(String text) {
		assertThat(Base64Url.decode(text)).isNull();
	}

	@Test
	void decodeWhenEncodedShouldReturnTheBytes() {
		for (int size = 0; size < 50; size++) {
			byte[] bytes = new byte[size];
			Arrays.fill(bytes, (byte) (255 - size));
			assertThat(Base64Url.decode(Base64Url.encode(bytes))).isEqualTo(bytes);
			assertThat(Base64Url.encodeToAscii(bytes))
				.isEqualTo(Base64Url.encode(bytes).getBytes(StandardCharsets.US_ASCII));
		}
	}

	@Test
	void decodeShouldAgreeWithEncodingAgain() {
		Random random = new Random(7);
		for (int i = 0; i < 100_000; i++) {
			StringBuilder text = new StringBuilder();
			for (int length = random.nextInt(10); length > 0; length--) {
				text.append(CHARACTERS.charAt(random.nextInt(random.nextBoolean() ? 10 : CHARACTERS.length())));
			}
			assertThat(Base64Url.decode(text.toString())).as("%s", text).isEqualTo(decodeAndCompare(text.toString()));
		}
	}

	private static byte @Nullable [] decodeAndCompare(String text) {
		try {
			byte[] bytes = Base64.getUrlDecoder().decode(text);
			return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes).equals(text) ? bytes : null;
		}
		catch (IllegalArgumentException ex) {
			return null;
		}
	}

}
