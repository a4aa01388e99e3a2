package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;

import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The JSON of publishers. What they send wrongly over HTTP is tested there.
 */
class PublishCodecTests {

	private static List<PublishEntry> decode(String json) {
		return PublishCodec.decode(json.getBytes(StandardCharsets.UTF_8), 10);
	}

	private static String dataOf(String value, MessageFormat format) {
		return decode("{\"data\":%s,\"channel\":\"a\"}".formatted(value)).get(0).data(format);
	}

	@Test
	void dataShouldDependOnFormat() {
		assertThat(dataOf("\"a\\u0041\"", MessageFormat.TEXT)).isEqualTo("aA");
		assertThat(dataOf("\"a\\u0041\"", MessageFormat.JSON)).isEqualTo("\"a\\u0041\"");
		for (String value : List.of("1", "-0.10e+2", "123456789012345678901234567890.000000000000000000001", "true",
				"false", "null", "[]", "{}", "[1,{\"a\":[\"]\"]}]")) {
			for (String around : List.of("%s", " %s ", "\n\t%s\r\n")) {
				assertThat(dataOf(around.formatted(value), MessageFormat.TEXT)).isEqualTo(value);
				assertThat(dataOf(around.formatted(value), MessageFormat.JSON)).isEqualTo(value);
			}
		}
	}

	@Test
	void dataWhenLongShouldBeWhole() {
		String text = "é".repeat(70_000);
		assertThat(dataOf('"' + text + '"', MessageFormat.TEXT)).isEqualTo(text);
		assertThat(dataOf('"' + text + '"', MessageFormat.JSON)).isEqualTo('"' + text + '"');
		assertThat(dataOf("[\"" + text + "\"]", MessageFormat.TEXT)).isEqualTo("[\"" + text + "\"]");
	}

	@Test
	void messagesOverTheLimitShouldBeReadNoFurther() {
		String message = "{\"channel\":\"a\",\"data\":\"m\"}";
		assertThat(decode("{\"messages\":[%s%s".formatted((message + ",").repeat(11), "garbage"))).hasSize(11);
		assertThat(PublishCodec.decodeLines(message.repeat(12).getBytes(StandardCharsets.UTF_8), 10)).hasSize(11);
	}

	@Test
	void inputWhenChangedAtRandomShouldBeReadOrRefused() {
		byte[] valid = "{\"messages\":[{\"channels\":[\"a\",\"b\"],\"data\":{\"é\":[1.5e3,null]}},{\"channel\":\"a\",\"data\":\"\\u00e9\"}]}"
			.getBytes(StandardCharsets.UTF_8);
		Random random = new Random(42);
		int read = 0;
		for (int i = 0; i < 20_000; i++) {
			byte[] changed = valid.clone();
			for (int changes = random.nextInt(3) + 1; changes > 0; changes--) {
				changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
			}
			try {
				List<PublishEntry> entries = (i % 2 == 0) ? PublishCodec.decode(changed, 2)
						: PublishCodec.decodeLines(changed, 2);
				assertThat(entries).hasSizeBetween(1, 3).allSatisfy((entry) -> {
					assertThat(entry.data(MessageFormat.TEXT)).isNotNull();
					PublishCodec.encode(List.of(PublishResult.refused(entry.channel(), 404, "x", null)));
				});
				read++;
			}
			catch (MalformedMessageException ex) {
				assertThat(ex.getMessage()).isNotBlank();
			}
		}
		assertThat(read).isPositive();
	}

	@Test
	void resultsShouldBeWrittenAsByJackson() {
		PublishResult refused = PublishResult.refused("a", 404, "x", null);
		for (String channel : List.of("a", "users/ada~1.2@example_org/a-Z", "\u00e9", "\u65e5\u672c", "\ud801\udc00",
				"\"", "\\", "\u007f", "\u001f", "")) {
			for (boolean repeated : new boolean[] { true, false }) {
				PublishResult published = PublishResult.published(channel,
						new Position(Position.MAX_EPOCH, Position.MAX_OFFSET), repeated);
				PublishResult next = PublishResult.published("b", new Position(1, 1), false);
				// With one that is refused Jackson writes all of them.
				String byJackson = text(published, next, refused);
				String end = byJackson.substring(byJackson.lastIndexOf(",{"));
				assertThat(text(published, next)).isEqualTo(byJackson.replace(end, "]}"));
			}
		}
	}

	private static String text(PublishResult... results) {
		return new String(PublishCodec.encode(List.of(results)), StandardCharsets.UTF_8);
	}

	@Test
	void resultsShouldKeepTheirOrder() {
		byte[] json = PublishCodec.encode(List.of(PublishResult.published("a", new Position(1, 2), true),
				PublishResult.refused("\"", 404, "unknown-channel", "No such channel")));
		assertThat(new String(json, StandardCharsets.UTF_8)).matches(
				"\\{\"results\":\\[\\{\"channel\":\"a\",\"epoch\":1,\"offset\":2,\"cursor\":\"[\\w-]+\",\"repeated\":true},"
						+ "\\{\"channel\":\"\\\\\"\",\"status\":404,\"error\":\"unknown-channel\",\"detail\":\"No such channel\"}]}");
	}

}
