package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JsonTextTests {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
		.build();

	@ParameterizedTest
	@ValueSource(strings = { "null", "true", "false", "0", "-0", "12", "-1.5", "1e9", "1E+9", "0.0e-10", "\"\"",
			"\"\u00e9\u2028\uD83D\uDE00\"", "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD800\"", "[]", "{}", "[[],{},[1]]",
			"{\"a\":{\"b\":[1,\"]\",{\"c\":null}]},\"\":0}", "\"\u007f\"" })
	void requireValueWhenValueShouldReturnSame(String text) {
		assertThat(JsonText.requireValue("c", text)).isSameAs(text);
	}

	@Test
	void requireValueWhenSpaceBetweenTokensShouldTakeItOut() {
		assertThat(JsonText.requireValue("c", "\r\n { \"a b\" : [ 1 ,\t\" \" , { } , [\n] ] \n}\n "))
			.isEqualTo("{\"a b\":[1,\" \",{},[]]}");
	}

	@ParameterizedTest
	@ValueSource(strings = { "^", " ^", "tru^", "tru^E", "nul^ ", "^True", "^NaN", "1 ^2", "0^1", "^+1", "^.5", "1.^",
			"1.^e5", "-^", "1e^", "1e+^", "[^", "^]", "[^,1]", "[1,^]", "[1,^", "[1 ^2]", "[1^}", "{^", "{^,1}",
			"{^1:2}", "{\"a\"^}", "{\"a\":^}", "{\"a\":1,^}", "{\"a\":1 ^\"b\":2}", "{\"a\"^,1}", "{^'a':1}", "\"^",
			"\"a^", "\"\\^x\"", "\"\\u12^g4\"", "\"\\^", "null^,null", "{} ^{}", "^/**/1" })
	void requireValueWhenNoValueShouldSayWhere(String marked) {
		int index = marked.indexOf('^');
		String text = marked.replace("^", "");
		assertThatExceptionOfType(InvalidJsonException.class).isThrownBy(() -> JsonText.requireValue("c", text))
			.satisfies((ex) -> assertThat(ex.getIndex()).isEqualTo(index))
			.satisfies((ex) -> assertThat(ex.getChannel()).isEqualTo("c"))
			.withMessageContaining("'c'")
			.withMessageContaining("character " + index);
	}

	@ParameterizedTest
	@ValueSource(chars = { '\0', '\n', '\r', '\t', '\u001f' })
	void requireValueWhenControlCharacterInStringShouldRefuse(char c) {
		assertThatExceptionOfType(InvalidJsonException.class)
			.isThrownBy(() -> JsonText.requireValue("c", "\"a" + c + "\""));
	}

	@ParameterizedTest
	@ValueSource(chars = { '\uFEFF', '\u00a0', '\f', '\u000b' })
	void requireValueWhenOtherSpaceBetweenTokensShouldRefuse(char c) {
		assertThatExceptionOfType(InvalidJsonException.class).isThrownBy(() -> JsonText.requireValue("c", c + "1"));
	}

	@Test
	void requireValueWhenNestedAsDeepAsAllowedShouldReturnSame() {
		String arrays = "[".repeat(256) + "]".repeat(256);
		String objects = "{\"a\":".repeat(256) + "1" + "}".repeat(256);
		assertThat(JsonText.requireValue("c", arrays)).isSameAs(arrays);
		assertThat(JsonText.requireValue("c", objects)).isSameAs(objects);
	}

	@Test
	void requireValueWhenNestedDeeperShouldRefuse() {
		assertThatExceptionOfType(InvalidJsonException.class)
			.isThrownBy(() -> JsonText.requireValue("c", "[".repeat(257) + "]".repeat(257)))
			.satisfies((ex) -> assertThat(ex.getIndex()).isEqualTo(256));
		assertThatExceptionOfType(InvalidJsonException.class)
			.isThrownBy(() -> JsonText.requireValue("c", "[".repeat(1_000_000)));
	}

	@Test
	void requireValueWhenGeneratedShouldAgreeWithJackson() {
		Random random = new Random(7);
		for (int i = 0; i < 2000; i++) {
			String json = MAPPER.writer()
				.with(MAPPER.serializationConfig().getDefaultPrettyPrinter())
				.writeValueAsString(value(random, 4));
			assertThat(JsonText.requireValue("c", json)).isEqualTo(MAPPER.writeValueAsString(MAPPER.readTree(json)));
		}
	}

	@Test
	void requireValueWhenMutatedShouldAgreeWithJackson() {
		Random random = new Random(11);
		int refused = 0;
		for (int i = 0; i < 20_000; i++) {
			StringBuilder json = new StringBuilder(MAPPER.writeValueAsString(value(random, 3)));
			json.setCharAt(random.nextInt(json.length()), "{}[]\",:0123456789.eE+-\\ tfn\n".charAt(random.nextInt(28)));
			String text = json.toString();
			boolean valid = isValid(text);
			refused += valid ? 0 : 1;
			assertThat(accepts(text)).as(text).isEqualTo(valid);
		}
		assertThat(refused).isBetween(1000, 19_000);
	}

	private static boolean isValid(String text) {
		try {
			MAPPER.readTree(text);
			return true;
		}
		catch (RuntimeException ex) {
			return false;
		}
	}

	private static boolean accepts(String text) {
		try {
			JsonText.requireValue("c", text);
			return true;
		}
		catch (InvalidJsonException ex) {
			return false;
		}
	}

	private static Object value(Random random, int depth) {
		return switch (random.nextInt((depth > 0) ? 6 : 4)) {
			case 0 -> random.nextInt();
			case 1 -> random.nextInt(1000) / 8.0;
			case 2 -> random.nextBoolean();
			case 3 -> "\"\\/\n\r é日 {}[]".substring(random.nextInt(13));
			case 4 -> {
				List<Object> list = new ArrayList<>();
				for (int i = random.nextInt(4); i > 0; i--) {
					list.add(value(random, depth - 1));
				}
				yield list;
			}
			default -> {
				Map<String, Object> map = new LinkedHashMap<>();
				for (int i = random.nextInt(4); i > 0; i--) {
					map.put("k" + i, value(random, depth - 1));
				}
				yield map;
			}
		};
	}

}
