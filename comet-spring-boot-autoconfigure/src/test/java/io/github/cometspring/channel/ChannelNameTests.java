package io.github.cometspring.channel;

import java.util.HashSet;
import java.util.Set;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link ChannelName}.
 */
class ChannelNameTests {

	private static final String SMILE = "\uD83D\uDE00";

	/** A letter of two chars: Deseret capital long I. */
	private static final String DESERET = "\uD801\uDC00";

	@ParameterizedTest
	@ValueSource(strings = { "a", "Z", "0", ".", "_", "~", "@", "/", "-", "prices", "user@example.org/inbox~1", "..",
			"//", "é", "ß", "Ω", "日本語", "ñ", "\u0661\u0662", DESERET, "\uD835\uDFD8", "ENDED_CHANNEL" })
	void requireValidWhenAllowedShouldReturnName(String name) {
		assertThat(ChannelName.isValid(name)).isTrue();
		assertThat(ChannelName.requireValid(name)).isSameAs(name);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', ignoreLeadingAndTrailingWhitespace = false, quoteCharacter = '`',
			value = { "` `| ' ' U+0020", "a b| ' ' U+0020", "a:b| ':' U+003A", "a+b| '+' U+002B", "a%b| '%' U+0025",
					"a\"b| '\"' U+0022", "a'b| ''' U+0027", "a,b| ',' U+002C", "a#b| '#' U+0023", "a?b| '?' U+003F",
					"a&b| '&' U+0026", "a=b| '=' U+003D", "a*b| '*' U+002A", "a\\b| '\\' U+005C", "a<b| '<' U+003C",
					SMILE + "| '" + SMILE + "' U+1F600", "e\u0301| '\u0301' U+0301", "\u200B| '\u200B' U+200B",
					"\uFEFFa| '\uFEFF' U+FEFF" })
	void requireValidWhenCharacterIsNotAllowedShouldNameIt(String name, String shown) {
		assertThat(ChannelName.isValid(name)).isFalse();
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> ChannelName.requireValid(name))
			.withMessageContaining("the character" + shown + " in")
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo(name));
	}

	@ParameterizedTest
	@CsvSource({ "10, U+000A", "0, U+0000", "13, U+000D", "127, U+007F", "133, U+0085", "55296, U+D800",
			"57343, U+DFFF", "56320, U+DC00" })
	void requireValidWhenCharacterIsNotPrintableShouldNameItsNumberOnly(int character, String shown) {
		String name = "a" + (char) character;
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> ChannelName.requireValid(name))
			.withMessageContaining("the character " + shown + " in")
			.satisfies((ex) -> assertThat(ex.getMessage().chars().allMatch((c) -> c >= 0x20 && c < 0x7F)).isTrue());
	}

	@Test
	void requireValidWhenSurrogatesAreSwappedShouldFail() {
		assertThat(ChannelName.isValid("\uDC00\uD801")).isFalse();
		assertThat(ChannelName.isValid(DESERET + "\uD801")).isFalse();
	}

	@Test
	void requireValidWhenEmptyShouldFail() {
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> ChannelName.requireValid(""))
			.withMessageContaining("empty");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "é", DESERET })
	void requireValidWhenLengthIsAtLimitShouldCountCodePoints(String character) {
		String longest = character.repeat(128);
		assertThat(ChannelName.requireValid(longest)).isEqualTo(longest);
		assertThatExceptionOfType(InvalidChannelNameException.class)
			.isThrownBy(() -> ChannelName.requireValid(longest + character))
			.withMessageContaining("129")
			.withMessageContaining("128")
			.withMessageNotContaining(longest);
	}

	@Test
	void requireValidWhenNameIsHugeShouldFail() {
		String huge = "x".repeat(10_000_000);
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> ChannelName.requireValid(huge))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(200));
	}

	@Test
	void isAllowedShouldExcludeCharactersWithMeaningOnTheWire() {
		for (char reserved : "+:%\n\r\t ,;&=?#\"'\\<>{}[]()|^`!$*\0".toCharArray()) {
			assertThat(ChannelName.isAllowed(reserved)).as("U+%04X", (int) reserved).isFalse();
		}
		for (int c = Character.MIN_SURROGATE; c <= Character.MAX_SURROGATE; c++) {
			assertThat(ChannelName.isAllowed(c)).isFalse();
		}
	}

	@Test
	void generateShouldReturnDistinctUnguessableIds() {
		int count = 10_000;
		Set<String> ids = new HashSet<>();
		Set<Character> used = new HashSet<>();
		for (int i = 0; i < count; i++) {
			String id = ChannelName.generate();
			// 24 characters of 6 bits: 144 bits
			assertThat(id).matches("[A-Za-z0-9_-]{24}");
			assertThat(ChannelName.isValid(id)).isTrue();
			id.chars().forEach((c) -> used.add((char) c));
			ids.add(id);
		}
		assertThat(ids).hasSize(count);
		assertThat(used).hasSize(64);
	}

}
