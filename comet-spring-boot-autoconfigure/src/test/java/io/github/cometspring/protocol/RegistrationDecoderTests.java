package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Tests for {@link RegistrationDecoder}. Bodies are written as Latin-1: one char for each
 * byte.
 */
class RegistrationDecoderTests {

	private static final String SMILE = "\uD83D\uDE00";

	@Test
	void decodeWhenOneIdShouldReturnIt() {
		assertThat(decode("registration=a")).containsExactly("a");
	}

	@Test
	void decodeWhenSeveralIdsShouldReturnThemInOrderOfFirstAppearance() {
		assertThat(decode("registration=c%0Aa%0Ab%0Aa%0Ac")).containsExactly("c", "a", "b");
	}

	@Test
	void decodeWhenResultIsReturnedShouldNotBeModifiable() {
		List<String> ids = decode("registration=a");
		assertThat(ids).isUnmodifiable();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "&", "&&&", "=", "=a", "a", "a=b", "registration", "registration=", "registration=&",
			"registration=%0A%0D%0A", "registration&a=b" })
	void decodeWhenNothingIsRegisteredShouldReturnEmptyList(String body) {
		assertThat(decode(body)).isEmpty();
	}

	@Test
	void decodeWhenBodyIsNullShouldFail() {
		assertThatNullPointerException().isThrownBy(() -> RegistrationDecoder.decode(null));
	}

	// Rule 1: %uXXXX

	@ParameterizedTest
	@CsvSource({ "%u0061, a", "%u00e9, é", "%u00E9, é", "%u65e5%u672C, 日本", "x%u65e5y, x日y" })
	void decodeWhenCodeUnitIsEscapedShouldReturnItsCharacter(String escaped, String id) {
		assertThat(decode("registration=" + escaped)).containsExactly(id);
	}

	@Test
	void decodeWhenSurrogatesAreConsecutiveShouldCombineThem() {
		assertThat(decode("registration=%uD83D%uDE00")).containsExactly(SMILE);
		assertThat(decode("registration=a%ud83d%ude00b")).containsExactly("a" + SMILE + "b");
	}

	@ParameterizedTest
	@CsvSource({ "%uD83D, \uFFFD", "%uDE00, \uFFFD", "%uDE00%uD83D, \uFFFD\uFFFD", "%uDE00%uDE00, \uFFFD\uFFFD",
			"%uD83Dx%uDE00, \uFFFDx\uFFFD", "%uD83D%u0061, \uFFFDa", "%uD83D%uDE0, \uFFFD%uDE0",
			"%uD83D%UDE00, \uFFFD%UDE00" })
	void decodeWhenSurrogateIsLoneShouldReplaceIt(String escaped, String id) {
		assertThat(decode("registration=" + escaped)).containsExactly(id);
	}

	@Test
	void decodeWhenHighSurrogateIsFollowedByPairShouldReplaceOnlyTheFirst() {
		assertThat(decode("registration=%uD83D%uD83D%uDE00%uDE00")).containsExactly("\uFFFD" + SMILE + "\uFFFD");
	}

	@Test
	void decodeWhenLineFeedIsEscapedAsCodeUnitShouldSeparate() {
		assertThat(decode("registration=a%u000D%u000Ab")).containsExactly("a", "b");
	}

	@ParameterizedTest
	@ValueSource(strings = { "%uZZZZ", "%u12", "%u", "%u123g", "%U0061", "%u 061", "%u-061", "%u004", "%%u12" })
	void decodeWhenCodeUnitEscapeIsMalformedShouldKeepIt(String escaped) {
		assertThat(decode("registration=" + escaped)).containsExactly(escaped);
	}

	@Test
	void decodeWhenPercentSignIsEscapedShouldNotDecodeTwice() {
		assertThat(decode("registration=%25u0061%2541%2B")).containsExactly("%u0061%41+");
		assertThat(decode("registration=%%750061")).containsExactly("%u0061");
	}

	// Rule 2: %XX and +

	@Test
	void decodeWhenByteIsEscapedShouldReturnItInEitherCase() {
		assertThat(decode("registration=%2f%2F%61")).containsExactly("//a");
	}

	@Test
	void decodeWhenPlusShouldReturnSpace() {
		assertThat(decode("registration=+a+b+")).containsExactly(" a b ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "a%", "a%4", "%zz", "%4g", "%g4", "%%", "a%%4", "%-1", "% 1" })
	void decodeWhenByteEscapeIsMalformedShouldKeepIt(String escaped) {
		assertThat(decode("registration=" + escaped)).containsExactly(escaped);
	}

	@Test
	void decodeWhenDigitsHaveHighBitShouldNotTakeThemForDigits() {
		assertThat(decode("registration=%\u00B4\u00B1")).containsExactly("%\u00B4\u00B1");
	}

	@Test
	void decodeWhenMalformedEscapeHoldsPlusShouldStillReturnSpace() {
		assertThat(decode("registration=%4+%+")).containsExactly("%4 % ");
	}

	@Test
	void decodeWhenPercentSignPrecedesEscapeShouldDecodeTheEscape() {
		assertThat(decode("registration=%%41%4%42")).containsExactly("%A%4B");
	}

	@Test
	void decodeWhenNulShouldKeepIt() {
		assertThat(decode("registration=a%00b")).containsExactly("a\0b");
	}

	// Rule 3: UTF-8 or Latin-1

	@ParameterizedTest
	@ValueSource(strings = { "%C3%A9", "\u00C3\u00A9", "\u00C3%a9", "%E9", "\u00E9", "%u00E9" })
	void decodeWhenSameIdIsWrittenDifferentlyShouldReturnSameId(String written) {
		assertThat(decode("registration=" + written)).containsExactly("é");
	}

	@Test
	void decodeWhenUtf8HasFourBytesShouldReturnSupplementaryCharacter() {
		assertThat(decode("registration=%F0%9F%98%80")).containsExactly(SMILE);
	}

	@Test
	void decodeWhenUtf8IsNextToCodeUnitEscapeShouldDecodeBoth() {
		assertThat(decode("registration=%C3%A9%u65e5%E9")).containsExactly("é日é");
	}

	@Test
	void decodeWhenOneByteOfStretchIsNotUtf8ShouldReadAllOfItAsLatin1() {
		assertThat(decode("registration=%C3%A9%0A%E9x")).containsExactly("Ã\u00A9", "éx");
	}

	@Test
	void decodeWhenCodeUnitEscapeSplitsUtf8ShouldReadBothSidesAsLatin1() {
		assertThat(decode("registration=%C3%u0061%A9")).containsExactly("Ãa\u00A9");
	}

	@Test
	void decodeWhenMalformedCodeUnitEscapeStandsInStretchShouldNotEndIt() {
		assertThat(decode("registration=%C3%A9%u12%E9")).containsExactly("Ã\u00A9%u12é");
	}

	@Test
	void decodeWhenOneParameterIsNotUtf8ShouldNotTouchTheOther() {
		assertThat(decode("registration=%E9&registration=%C3%A9a")).containsExactly("é", "éa");
	}

	@ParameterizedTest
	@ValueSource(strings = { "\u00C0\u0080", "\u00C1\u00BF", "\u00E0\u0080\u0080", "\u00F0\u0080\u0080\u0080",
			"\u00ED\u00A0\u0080", "\u00ED\u00BF\u00BF", "\u00F4\u0090\u0080\u0080", "\u00F8\u0088\u0080\u0080\u0080",
			"\u00E2\u0082", "\u0080", "\u00FF", "a\u00C3" })
	void decodeWhenUtf8IsOverlongSurrogateOrCutShouldReadLatin1(String bytes) {
		assertThat(decode("registration=" + bytes)).containsExactly(bytes);
	}

	// Rule 4: parameters

	@Test
	void decodeWhenOtherParametersShouldIgnoreThem() {
		assertThat(decode("x=1&registration=a&y=b%0Ac&Registration=d&registrations=e&registratio=f"))
			.containsExactly("a");
	}

	@Test
	void decodeWhenSeveralRegistrationsShouldConcatenateTheirLists() {
		assertThat(decode("registration=a%0Ab&x=y&registration=b%0Ac&registration&registration=d")).containsExactly("a",
				"b", "c", "d");
	}

	@Test
	void decodeWhenSeparatorsAreEscapedShouldKeepThemInIds() {
		assertThat(decode("registration=a%26b%3Dc%u0026%u003D")).containsExactly("a&b=c&=");
	}

	@Test
	void decodeWhenValueHoldsEqualsSignShouldSplitOnTheFirst() {
		assertThat(decode("registration=a=b=")).containsExactly("a=b=");
	}

	@Test
	void decodeWhenParameterEndsInsideEscapeShouldNotReadOn() {
		assertThat(decode("registration=%u41&1=&registration=%4&2")).containsExactly("%u41", "%4");
	}

	@Test
	void decodeWhenPairsAreEmptyShouldIgnoreThem() {
		assertThat(decode("&&registration=a&")).containsExactly("a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "%72egistration", "registratio%6e", "%u0072egistration",
			"%u0072%u0065%u0067%u0069%u0073%u0074%u0072%u0061%u0074%u0069%u006F%u006E" })
	void decodeWhenNameIsEscapedShouldRecogniseIt(String name) {
		assertThat(decode(name + "=a")).containsExactly("a");
	}

	@ParameterizedTest
	@ValueSource(strings = { "registration%", "+registration", "registration%3D", "%2572egistration",
			"%u0072%u0065%u0067%u0069%u0073%u0074%u0072%u0061%u0074%u0069%u006F%u006E%u006E" })
	void decodeWhenNameDecodesToAnotherShouldIgnoreIt(String name) {
		assertThat(decode(name + "=a")).isEmpty();
	}

	// Rule 5: lines

	@ParameterizedTest
	@ValueSource(strings = { "a\nb", "a%0Ab", "a%0ab", "a\r\nb", "a%0D%0Ab", "a%0D\nb", "\n\na\n\nb\n\n",
			"%0D%0Aa%0D%0A%0D%0Ab%0D%0A" })
	void decodeWhenLinesAreSeparatedShouldReturnIdsWithoutEmptyOnes(String value) {
		assertThat(decode("registration=" + value)).containsExactly("a", "b");
	}

	@Test
	void decodeWhenSeveralCarriageReturnsPrecedeLineFeedShouldDropOne() {
		assertThat(decode("registration=a\r\r\nb")).containsExactly("a\r", "b");
	}

	@Test
	void decodeWhenNoLineFeedFollowsCarriageReturnShouldKeepIt() {
		assertThat(decode("registration=a%0Db%0D&registration=%0D")).containsExactly("a\rb\r", "\r");
	}

	@Test
	void decodeWhenIdsHaveWhiteSpaceShouldNotTrim() {
		assertThat(decode("registration= a\t%0A%20")).containsExactly(" a\t", " ");
	}

	@Test
	void decodeWhenBodyIsLargeShouldTakeLinearTime() {
		String everyId = IntStream.range(0, 200_000).mapToObj(Integer::toString).collect(Collectors.joining("\n"));
		String hostile = "a&%&=&%u&registration=%E9%u0061%C3" + "&registration=%uD83D%E9".repeat(200_000);
		assertTimeoutPreemptively(Duration.ofSeconds(20), () -> {
			assertThat(decode("registration=" + everyId)).hasSize(200_000);
			assertThat(decode(hostile)).containsExactly("éaÃ", "\uFFFDé");
		});
	}

	private static List<String> decode(String body) {
		return RegistrationDecoder.decode(body.getBytes(StandardCharsets.ISO_8859_1));
	}

}
