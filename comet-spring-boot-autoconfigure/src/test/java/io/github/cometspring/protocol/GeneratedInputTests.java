package io.github.cometspring.protocol;

import java.io.ByteArrayOutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LegacyCodec} with generated input. The seed is printed; to repeat a
 * run, set it as the system property {@code comet.test.seed}.
 */
class GeneratedInputTests {

	private static final int INPUTS = 200_000;

	private static final int ROUND_TRIPS = 50_000;

	/** Latin-1: one char for each byte. */
	private static final List<String> FRAGMENTS = List.of("registration=", "registration", "&registration=", "&", "=",
			"%72egistration=", "&%u0072egistration=", "a", "b", "1", "u", "+", "%", "%%", "%u", "%U", "%4", "%zz",
			"%61", "%0A", "\n", "\r\n", "%0D%0A", "\r", "%u000A", "%u000d", "%u0061", "%u00e9", "%u12", "%uD83D",
			"%uDE00", "%uD83D%uDE00", "%udbff", "%udfff", "%00", "%20", " ", ":", "%3A", "%26", "%3D", "%25", "%2B",
			"\u00C3\u00A9", "%C3%A9", "\u00E9", "%E9", "\u00C3", "%A9", "%E2%82%AC", "\u00E2\u0082", "%F0%9F%98%80",
			"%C0%80", "%ED%A0%80", "%F4%90%80%80", "%FF", "%EF%BF%BD");

	private static final List<String> TEXTS = List.of("ENDED_CHANNEL", "ENDED", "a", "Z", "0", "-_.~", ":", "\n", "\r",
			"%", "%41", "%45NDED_CHANNEL", "+", " ", ",", "\0", "\u001F", "\u007F", "\u0080", "é", "\u07FF", "\u0800",
			"日本", "\uFFFD", "\uFFFF", "\uD83D\uDE00", "\uDBFF\uDFFF", "\uD83D", "\uDE00", "@/", "*!'()", "\"<>\\^`{|}");

	private long seed;

	private Random random = new Random();

	@BeforeEach
	void seed() {
		this.seed = Long.getLong("comet.test.seed", System.nanoTime());
		this.random = new Random(this.seed);
		System.out.println("comet.test.seed=" + this.seed);
	}

	@Test
	void decodeRegistrationShouldAgreeWithNaiveDecoder() {
		int several = 0;
		for (int i = 0; i < INPUTS; i++) {
			byte[] body = body();
			List<String> ids = LegacyCodec.decodeRegistration(body);
			assertThat(ids).as(said(body)).isEqualTo(NaiveRegistration.decode(body)).doesNotContain("");
			assertThat(ids).as(said(body)).doesNotHaveDuplicates();
			several += (ids.size() > 1) ? 1 : 0;
		}
		assertThat(several).isGreaterThan(INPUTS / 10);
	}

	@Test
	void decodeRegistrationWhenIdsAreEscapedByScriptsShouldReturnThem() {
		List<UnaryOperator<String>> scripts = List.of(GeneratedInputTests::encodeUriComponent,
				GeneratedInputTests::escape, GeneratedInputTests::raw);
		for (int i = 0; i < ROUND_TRIPS; i++) {
			List<String> ids = Stream.generate(this::id).limit(this.random.nextInt(6)).distinct().toList();
			UnaryOperator<String> script = pick(scripts);
			String body = "registration=" + ids.stream().map(script).collect(Collectors.joining("%0A"));
			assertThat(LegacyCodec.decodeRegistration(body.getBytes(StandardCharsets.ISO_8859_1))).as(said(body))
				.isEqualTo(ids);
		}
	}

	@Test
	void encodeEntriesShouldRoundTripAndHaveItsLength() {
		for (int i = 0; i < ROUND_TRIPS; i++) {
			List<LegacyEntry> entries = Stream.generate(this::entry).limit(this.random.nextInt(5)).toList();
			byte[] body = LegacyCodec.encodeEntries(entries);
			assertThat(LegacyCodec.decodeEntries(body)).as(said(body))
				.isEqualTo(entries.stream().map(GeneratedInputTests::withoutLoneSurrogates).toList());
			int separators = Math.max(0, entries.size() - 1);
			assertThat(body).as(said(body))
				.hasSize(separators + entries.stream()
					.mapToInt((entry) -> LegacyCodec.encodedLength(entry.channel(), entry.data()))
					.sum());
		}
	}

	@Test
	void encodeEntriesShouldAgreeWithNaiveEncoder() {
		for (int i = 0; i < ROUND_TRIPS; i++) {
			String data = text();
			String expected = data.equals("ENDED_CHANNEL") ? "%45NDED_CHANNEL" : encodeUnreserved(data);
			byte[] body = LegacyCodec.encodeEntries(List.of(LegacyEntry.message("a", data)));
			assertThat(new String(body, StandardCharsets.UTF_8)).as(said(data)).isEqualTo("a:" + expected);
		}
	}

	@Test
	void decodeEntriesWhenBodyIsArbitraryShouldNotFail() {
		for (int i = 0; i < ROUND_TRIPS; i++) {
			byte[] body = body();
			List<LegacyEntry> entries = LegacyCodec.decodeEntries(body);
			assertThat(LegacyCodec.decodeEntries(LegacyCodec.encodeEntries(entries))).as(said(body)).isEqualTo(entries);
		}
	}

	@Test
	void headerListShouldBeVisibleAsciiAndDecodable() {
		for (int i = 0; i < ROUND_TRIPS; i++) {
			List<String> ids = List.of(text(), text(), text());
			String header = LegacyCodec.headerList(ids);
			assertThat(header).as(said(header)).matches("[\\x21-\\x7E]+");
			assertThat(LegacyCodec.decodeEntries((header.replace(",", ":\n") + ":").getBytes(StandardCharsets.UTF_8)))
				.extracting(LegacyEntry::channel)
				.isEqualTo(ids.stream().map(NaiveRegistration::withoutLoneSurrogates).toList());
		}
	}

	private byte[] body() {
		ByteArrayOutputStream body = new ByteArrayOutputStream();
		body.writeBytes(latin1(this.random.nextInt(4) > 0 ? "registration=" : ""));
		int fragments = this.random.nextInt(20);
		for (int i = 0; i < fragments; i++) {
			if (this.random.nextInt(8) == 0) {
				body.write(this.random.nextInt(256));
			}
			else {
				body.writeBytes(latin1(pick(FRAGMENTS)));
			}
		}
		return body.toByteArray();
	}

	private LegacyEntry entry() {
		return this.random.nextInt(4) == 0 ? LegacyEntry.ended(text()) : LegacyEntry.message(text(), text());
	}

	private String text() {
		StringBuilder text = new StringBuilder();
		int parts = this.random.nextInt(6);
		for (int i = 0; i < parts; i++) {
			text.append(this.random.nextBoolean() ? pick(TEXTS)
					: String.valueOf((char) this.random.nextInt(Character.MAX_VALUE + 1)));
		}
		return text.toString();
	}

	/*
	 * Beyond ASCII, uses only Latin-1 characters that are lead bytes in UTF-8, never
	 * continuation bytes: escape() of other text may by accident be valid UTF-8 of
	 * something else.
	 */
	private String id() {
		List<String> characters = List.of("a", "Z", "7", "-", "/", "%", "+", " ", "&", "=", ":", "é", "ü", "ÿ", "Ω",
				"日", "\uFFFD", "\uD83D\uDE00");
		return Stream.generate(() -> pick(characters)).limit(1 + this.random.nextInt(8)).collect(Collectors.joining());
	}

	private <T> T pick(List<T> list) {
		return list.get(this.random.nextInt(list.size()));
	}

	private Supplier<String> said(byte[] bytes) {
		return said(new String(bytes, StandardCharsets.ISO_8859_1));
	}

	private Supplier<String> said(String input) {
		return () -> "comet.test.seed=" + this.seed + ", input '" + escape(input) + "'";
	}

	private static LegacyEntry withoutLoneSurrogates(LegacyEntry entry) {
		String data = entry.data();
		return new LegacyEntry(NaiveRegistration.withoutLoneSurrogates(entry.channel()),
				(data != null) ? NaiveRegistration.withoutLoneSurrogates(data) : null);
	}

	private static String encodeUnreserved(String text) {
		return URLEncoder.encode(NaiveRegistration.withoutLoneSurrogates(text), StandardCharsets.UTF_8)
			.replace("+", "%20")
			.replace("*", "%2A")
			.replace("%7E", "~");
	}

	private static String encodeUriComponent(String text) {
		return encodeUnreserved(text).replace("%21", "!").replace("%28", "(").replace("%29", ")");
	}

	private static String escape(String text) {
		List<String> units = new ArrayList<>();
		for (char unit : text.toCharArray()) {
			boolean literal = unit < 0x80 && (Character.isLetterOrDigit(unit) || "@*_+-./".indexOf(unit) >= 0);
			units.add((literal && unit != '+') ? String.valueOf(unit)
					: String.format((unit < 0x100) ? "%%%02X" : "%%u%04X", (int) unit));
		}
		return String.join("", units);
	}

	private static String raw(String text) {
		String escaped = text.replace("%", "%25").replace("&", "%26").replace("+", "%2B").replace(' ', '+');
		return new String(escaped.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
	}

	private static byte[] latin1(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

}
