package io.github.cometspring.channel;

import java.nio.charset.StandardCharsets;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MessageText}.
 */
class MessageTextTests {

	@ParameterizedTest
	@CsvSource({ "'', 0", "a, 1", "\u007F, 1", "\u0080, 2", "\u07FF, 2", "\u0800, 3", "\uFFFF, 3", "\uD83D\uDE00, 4",
			"\uDBFF\uDFFF, 4", "a\u0301, 3" })
	void utf8LengthShouldCountBytes(String text, long bytes) {
		assertThat(MessageText.utf8Length(text)).isEqualTo(bytes);
	}

	@Test
	void utf8LengthWhenSurrogateIsAloneShouldCountItsReplacement() {
		assertThat(MessageText.utf8Length("\uD83D")).isEqualTo(3);
		assertThat(MessageText.utf8Length("\uDE00")).isEqualTo(3);
		assertThat(MessageText.utf8Length("\uDE00\uD83D")).isEqualTo(6);
		assertThat(MessageText.utf8Length("\uD83D\uD83D\uDE00\uDE00")).isEqualTo(10);
	}

	@Test
	void wellFormedShouldReplaceLoneSurrogatesOnly() {
		assertThat(MessageText.wellFormed("\uD83D")).isEqualTo("\uFFFD");
		assertThat(MessageText.wellFormed("a\uDE00b")).isEqualTo("a\uFFFDb");
		assertThat(MessageText.wellFormed("\uDE00\uD83D")).isEqualTo("\uFFFD\uFFFD");
		assertThat(MessageText.wellFormed("\uD83D\uD83D\uDE00\uDE00")).isEqualTo("\uFFFD\uD83D\uDE00\uFFFD");
		assertThat(MessageText.wellFormed("\uD83Dx\uDE00")).isEqualTo("\uFFFDx\uFFFD");
	}

	@Test
	void wellFormedWhenNothingIsWrongShouldReturnTheSameObject() {
		String text = "plain é 日 \uD83D\uDE00 \0\n";
		assertThat(MessageText.wellFormed(text)).isSameAs(text);
	}

	@Test
	void wellFormedWhenGeneratedShouldAgreeWithTheCharset() {
		long seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("comet.test.seed=" + seed);
		Random random = new Random(seed);
		char[] alphabet = { 'a', '\u0080', '\u07FF', '\u0800', '\uD7FF', '\uD800', '\uDBFF', '\uDC00', '\uDFFF',
				'\uE000', '\uFFFF' };
		for (int i = 0; i < 100_000; i++) {
			StringBuilder builder = new StringBuilder();
			for (int length = random.nextInt(8); length > 0; length--) {
				builder.append(alphabet[random.nextInt(alphabet.length)]);
			}
			String text = builder.toString();
			String mended = MessageText.wellFormed(text);
			byte[] bytes = mended.getBytes(StandardCharsets.UTF_8);
			assertThat(new String(bytes, StandardCharsets.UTF_8)).isEqualTo(mended);
			assertThat(bytes).hasSize((int) MessageText.utf8Length(text));
			// The charset writes '?' instead of a replacement character.
			assertThat(new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
				.isEqualTo(mended.replace('\uFFFD', '?'));
		}
	}

}
