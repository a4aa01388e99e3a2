package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LegacyCodec}.
 */
class LegacyCodecTests {

	@ParameterizedTest
	@ValueSource(strings = { "application/x-ocsigen-comet", "APPLICATION/X-Ocsigen-Comet",
			"application/x-ocsigen-comet;charset=utf-8", "application/x-ocsigen-comet; charset=bogus; x",
			"application/x-ocsigen-comet;", "  application / x-ocsigen-comet ;charset=utf-8",
			"\tapplication/\tx-ocsigen-comet\t", "application/x-ocsigen-comet; a=\"b\r\nc\"" })
	void isLegacyMediaTypeWhenTypeMatchesShouldReturnTrue(String contentType) {
		assertThat(LegacyCodec.isLegacyMediaType(contentType)).isTrue();
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "/", ";", "application", "application/", "/x-ocsigen-comet",
			"application/x-ocsigen-comets", "xapplication/x-ocsigen-comet", "application/x-ocsigen-comet/x",
			"application/x-ocsigen-comet x", "app lication/x-ocsigen-comet", "application/json",
			"text/plain; application=x-ocsigen-comet", "text/plain; application/x-ocsigen-comet",
			"application/x-ocsigen-comet, text/plain", "appl\u0131cat\u0131on/x-ocsigen-comet",
			"application/x-oc\u017Figen-comet" })
	void isLegacyMediaTypeWhenTypeDiffersShouldReturnFalse(String contentType) {
		assertThat(LegacyCodec.isLegacyMediaType(contentType)).isFalse();
	}

	@Test
	void decodeRegistrationWhenBodyHasIdsShouldReturnThem() {
		assertThat(LegacyCodec.decodeRegistration(bytes("registration=a%0Ab"))).containsExactly("a", "b");
	}

	@Test
	void encodeEntriesWhenNoneShouldReturnEmptyBody() {
		assertThat(LegacyCodec.encodeEntries(List.of())).isEmpty();
	}

	@Test
	void encodeEntriesWhenSeveralShouldJoinByLineFeed() {
		assertThat(encode(LegacyEntry.ended("x"), LegacyEntry.message("a", "1"), LegacyEntry.message("a", ""),
				LegacyEntry.ended("a")))
			.isEqualTo("x:ENDED_CHANNEL\na:1\na:\na:ENDED_CHANNEL");
	}

	@Test
	void encodeEntriesWhenIdsAndDataAreEmptyShouldStillJoinByLineFeed() {
		assertThat(encode(LegacyEntry.message("", ""), LegacyEntry.message("", ""))).isEqualTo(":\n:");
	}

	@Test
	void encodeEntriesWhenDataIsUnreservedShouldKeepIt() {
		String unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~";
		assertThat(encode(LegacyEntry.message("a", unreserved))).isEqualTo("a:" + unreserved);
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`',
			textBlock = """
					` !"#$%&'()*+,/:;<=>?@[\\]^|{}`, %20%21%22%23%24%25%26%27%28%29%2A%2B%2C%2F%3A%3B%3C%3D%3E%3F%40%5B%5C%5D%5E%7C%7B%7D
					`\0\r\n\t\u007f`, %00%0D%0A%09%7F
					é, %C3%A9
					\u07ff\u0800\uffff, %DF%BF%E0%A0%80%EF%BF%BF
					日, %E6%97%A5
					😀, %F0%9F%98%80
					\udbff\udfff, %F4%8F%BF%BF
					""")
	void encodeEntriesWhenDataIsNotUnreservedShouldEncodeItsBytes(String data, String encoded) {
		assertThat(encode(LegacyEntry.message("a", data))).isEqualTo("a:" + encoded);
	}

	@Test
	void encodeEntriesWhenDataHasLoneSurrogateShouldReplaceIt() {
		assertThat(encode(LegacyEntry.message("a", "\uD83D"))).isEqualTo("a:%EF%BF%BD");
		assertThat(encode(LegacyEntry.message("a", "\uDE00\uD83Dx"))).isEqualTo("a:%EF%BF%BD%EF%BF%BDx");
	}

	@Test
	void encodeEntriesWhenDataIsTextOfEndShouldEscapeIt() {
		assertThat(encode(LegacyEntry.message("a", "ENDED_CHANNEL"))).isEqualTo("a:%45NDED_CHANNEL");
	}

	@ParameterizedTest
	@ValueSource(strings = { "ENDED_CHANNEL_", "_ENDED_CHANNEL", "ended_channel", "ENDED_CHANNE" })
	void encodeEntriesWhenDataOnlyResemblesEndShouldKeepIt(String data) {
		assertThat(encode(LegacyEntry.message("a", data))).isEqualTo("a:" + data);
	}

	@Test
	void encodeEntriesWhenIdIsInAlphabetShouldKeepIt() {
		assertThat(encode(LegacyEntry.message("é日._~@/-\uD801\uDC00", "m"))).isEqualTo("é日._~@/-\uD801\uDC00:m");
	}

	@Test
	void encodeEntriesWhenIdIsNotInAlphabetShouldEscapeIt() {
		assertThat(encode(LegacyEntry.ended("a:x\nb"))).isEqualTo("a%3Ax%0Ab:ENDED_CHANNEL");
	}

	@ParameterizedTest
	@CsvSource(nullValues = "null", textBlock = """
			a, null, 15
			é, null, 16
			a b, null, 19
			a, ENDED_CHANNEL, 17
			a, '', 2
			a, x y, 7
			日, é, 10
			a, 日, 11
			a, 😀, 14
			""")
	void encodedLengthShouldReturnSizeOfEntry(String channel, String data, int length) {
		assertThat(LegacyCodec.encodedLength(channel, data)).isEqualTo(length);
		assertThat(LegacyCodec.encodeEntries(List.of(new LegacyEntry(channel, data)))).hasSize(length);
	}

	@Test
	void decodeEntriesWhenSeveralShouldReturnThemInOrder() {
		assertThat(decode("x:ENDED_CHANNEL\na:1\na:\na%3Ab:%C3%a9+\n")).containsExactly(LegacyEntry.ended("x"),
				LegacyEntry.message("a", "1"), LegacyEntry.message("a", ""), LegacyEntry.message("a:b", "é+"));
	}

	@Test
	void decodeEntriesWhenEndIsEscapedShouldReturnMessage() {
		assertThat(decode("a:%45NDED_CHANNEL\nb:ENDED_CHANNEL%20"))
			.containsExactly(LegacyEntry.message("a", "ENDED_CHANNEL"), LegacyEntry.message("b", "ENDED_CHANNEL "));
	}

	@Test
	void decodeEntriesWhenCarriageReturnPrecedesLineFeedShouldKeepIt() {
		assertThat(decode("a:1\r\nb:2\r")).containsExactly(LegacyEntry.message("a", "1\r"),
				LegacyEntry.message("b", "2\r"));
	}

	@Test
	void decodeEntriesWhenDataHoldsColonShouldSplitOnTheFirst() {
		assertThat(decode("a:b:c")).containsExactly(LegacyEntry.message("a", "b:c"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "\n", "\n\n", "a", "ENDED_CHANNEL", "%3A" })
	void decodeEntriesWhenNoLineIsEntryShouldReturnEmptyList(String body) {
		assertThat(decode(body)).isEmpty();
	}

	@Test
	void decodeEntriesWhenEscapeIsMalformedShouldKeepIt() {
		assertThat(decode("a:%\nb:%4\nc:%zz%41")).containsExactly(LegacyEntry.message("a", "%"),
				LegacyEntry.message("b", "%4"), LegacyEntry.message("c", "%zzA"));
	}

	@Test
	void decodeEntriesWhenBytesAreNotUtf8ShouldReplaceThem() {
		assertThat(decode("a:%FFx")).containsExactly(LegacyEntry.message("a", "\uFFFDx"));
		assertThat(LegacyCodec.decodeEntries(new byte[] { 'a', ':', (byte) 0xFF }))
			.containsExactly(LegacyEntry.message("a", "\uFFFD"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "a", "é", "日本", "aZ09._~@/-", "\uD801\uDC00" })
	void echoWhenIdIsInAlphabetShouldReturnIt(String id) {
		assertThat(LegacyCodec.echo(id)).isEqualTo(id);
	}

	@Test
	void echoWhenIdIsNotInAlphabetShouldEncodeTheRest() {
		assertThat(LegacyCodec.echo("é:\n +%&=\r\"<\u00A0\u20AC\uD83D\uDE00"))
			.isEqualTo("é%3A%0A%20%2B%25%26%3D%0D%22%3C%C2%A0%E2%82%AC%F0%9F%98%80");
		assertThat(LegacyCodec.echo("\uFFFD")).isEqualTo("%EF%BF%BD");
		assertThat(LegacyCodec.echo("\uD801")).isEqualTo("%EF%BF%BD");
	}

	@Test
	void echoWhenIdIsTooLongForChannelShouldReturnIt() {
		assertThat(LegacyCodec.echo("a".repeat(1000))).isEqualTo("a".repeat(1000));
	}

	@Test
	void headerListWhenIdsAreAsciiShouldJoinThem() {
		assertThat(LegacyCodec.headerList(List.of("b", "a/1", "x._~@-"))).isEqualTo("b,a/1,x._~@-");
	}

	@Test
	void headerListWhenIdsNeedItShouldEncodeThem() {
		assertThat(LegacyCodec.headerList(List.of("é", "a,b", "x\r\nSet-Cookie: y", "%", "\uD801\uDC00")))
			.isEqualTo("%C3%A9,a%2Cb,x%0D%0ASet-Cookie%3A%20y,%25,%F0%90%90%80");
	}

	@Test
	void headerListWhenNoIdsShouldReturnEmptyString() {
		assertThat(LegacyCodec.headerList(List.of())).isEmpty();
	}

	private static String encode(LegacyEntry... entries) {
		return new String(LegacyCodec.encodeEntries(Arrays.asList(entries)), StandardCharsets.UTF_8);
	}

	private static List<LegacyEntry> decode(String body) {
		return LegacyCodec.decodeEntries(bytes(body));
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Test
	void joinShouldEqualEntriesOfOneBody() {
		List<LegacyEntry> entries = List.of(LegacyEntry.message("a", "1"), LegacyEntry.message("a", "2"),
				LegacyEntry.ended("b"));
		byte[] first = LegacyCodec.encodeEntries(entries.subList(0, 2));
		byte[] second = LegacyCodec.encodeEntries(entries.subList(2, 3));
		byte[] none = LegacyCodec.encodeEntries(List.of());
		assertThat(LegacyCodec.join(List.of(none, first, none, second))).isEqualTo(LegacyCodec.encodeEntries(entries));
		assertThat(LegacyCodec.join(List.of(none, first, none))).isSameAs(first);
		assertThat(LegacyCodec.join(List.of(none))).isEmpty();
		assertThat(LegacyCodec.join(List.of())).isEmpty();
	}

}
