package io.github.cometspring.channel;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Cursor}. The seed of generated input is printed; to repeat a run, set
 * it as the system property {@code comet.test.seed}.
 */
class CursorTests {

	private static final int INPUTS = 100_000;

	private static final Position HERE = new Position(0x1234_5678_9ABCL, 42);

	private static final long SEED = Long.getLong("comet.test.seed", System.nanoTime());

	private final Random random = new Random(SEED);

	@BeforeAll
	static void printSeed() {
		System.out.println("comet.test.seed=" + SEED);
	}

	@Test
	void parseShouldReturnWrittenPositions() {
		for (int i = 0; i < 10_000; i++) {
			Map<String, Position> positions = positions(this.random.nextInt(20));
			Cursor cursor = Cursor.parse(Cursor.of(positions).token());
			positions.forEach((channel, position) -> {
				assertThat(cursor.knows(channel)).isTrue();
				assertThat(cursor.offset(channel, position.epoch())).hasValue(position.offset());
				assertThat(cursor.offset(channel, position.epoch() % Position.MAX_EPOCH + 1)).isEmpty();
			});
			assertThat(cursor.knows("channel/none")).isFalse();
			assertThat(cursor).isEqualTo(Cursor.of(positions)).hasSameHashCodeAs(Cursor.of(positions));
		}
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, 1, 255, 256, (1L << 32) - 1, 1L << 32, Position.MAX_OFFSET })
	void parseShouldKeepAllBits(long value) {
		Position position = new Position(Math.max(1, value), value);
		assertThat(Cursor.parse(Cursor.of("a", position).token()).offset("a", position.epoch())).hasValue(value);
	}

	@Test
	void ofShouldNotDependOnOrder() {
		Map<String, Position> positions = positions(10);
		List<String> channels = new ArrayList<>(positions.keySet());
		for (int i = 0; i < 50; i++) {
			Collections.shuffle(channels, this.random);
			Map<String, Position> shuffled = new LinkedHashMap<>();
			channels.forEach((channel) -> shuffled.put(channel, positions.get(channel)));
			assertThat(Cursor.of(shuffled).token()).isEqualTo(Cursor.of(positions).token());
		}
	}

	@Test
	void tokenShouldBeSmallAndNeedNoEscaping() {
		for (int channels = 0; channels <= 100; channels++) {
			String token = Cursor.of(positions(channels)).token();
			assertThat(token).matches("[A-Za-z0-9_-]+");
			assertThat(Base64.getUrlDecoder().decode(token).length).isLessThanOrEqualTo(16 * channels + 1);
		}
	}

	@Test
	void parseWhenReservedShouldReturnIt() {
		assertThat(Cursor.parse("latest")).isSameAs(Cursor.LATEST);
		assertThat(Cursor.parse("earliest")).isSameAs(Cursor.EARLIEST);
		assertThat(Cursor.LATEST.token()).isEqualTo("latest");
		assertThat(Cursor.EARLIEST.token()).isEqualTo("earliest");
		assertThat(Cursor.LATEST).isNotEqualTo(Cursor.EARLIEST);
		assertThat(Cursor.EARLIEST.knows("a")).isFalse();
		assertThat(Cursor.EARLIEST.offset("a", 1)).isEmpty();
	}

	@Test
	void parseWhenThereIsNoPositionShouldReturnEmptyCursor() {
		Cursor none = Cursor.of(Map.of());
		assertThat(Cursor.parse(none.token())).isEqualTo(none).isNotEqualTo(Cursor.LATEST);
		assertThat(none.knows("a")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", "=", "Latest", "LATEST", "latest ", " latest", "earliest=", "now", "null",
			"undefined", "A", "AA", "AQ=", "AQ==", "AR", "Ag", "AQA", "AQAA", "\u0000", "\n", "AQ\n", "\nAQ", "AQ AQ",
			"+", "/", "é", "\u0141Q", "\uD83D\uDE00", "\uD800", "AQ\u0000", "%41%51" })
	void parseWhenTokenHasInvalidFormShouldFail(String token) {
		assertRefused(token);
	}

	@Test
	void parseWhenPaddedOrInOtherAlphabetShouldFail() {
		String token = Cursor.of("a", HERE).token();
		for (int i = 1; i <= 4; i++) {
			assertRefused(token + "=".repeat(i));
			assertRefused("=".repeat(i) + token);
		}
		Position all = new Position(Position.MAX_EPOCH, Position.MAX_OFFSET);
		String withUnderscores = Cursor.of("a", all).token();
		assertThat(withUnderscores).contains("_");
		assertRefused(withUnderscores.replace('_', '/'));
	}

	@Test
	void parseWhenStrayBitsAreSetShouldFail() {
		String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
		for (int channels = 0; channels < 6; channels++) {
			String token = Cursor.of(positions(channels)).token();
			int spare = (token.length() % 4 == 2) ? 4 : (token.length() % 4 == 3) ? 2 : 0;
			int last = alphabet.indexOf(token.charAt(token.length() - 1));
			for (int stray = 1; stray < 1 << spare; stray++) {
				assertRefused(token.substring(0, token.length() - 1) + alphabet.charAt(last | stray));
			}
		}
	}

	@Test
	void parseWhenBytesAreOutOfRangeShouldFail() {
		byte[] bytes = Base64.getUrlDecoder().decode(Cursor.of("a", HERE).token());
		byte[] otherVersion = bytes.clone();
		otherVersion[0] = 2;
		assertRefused(otherVersion);
		byte[] noEpoch = bytes.clone();
		Arrays.fill(noEpoch, 5, 11, (byte) 0);
		assertRefused(noEpoch);
		byte[] twice = Arrays.copyOf(bytes, 33);
		System.arraycopy(bytes, 1, twice, 17, 16);
		assertRefused(twice);
		twice[32]++;
		assertRefused(twice);
		twice[17]--;
		assertRefused(twice);
	}

	@Test
	void parseWhenOneByteIsChangedShouldReturnSameTokenOrFail() {
		for (int channels = 0; channels <= 3; channels++) {
			byte[] bytes = Base64.getUrlDecoder().decode(Cursor.of(positions(channels)).token());
			for (int i = 0; i < bytes.length; i++) {
				for (int value = 0; value < 256; value++) {
					byte[] mutation = bytes.clone();
					mutation[i] = (byte) value;
					parse(Base64.getUrlEncoder().withoutPadding().encodeToString(mutation));
				}
			}
		}
	}

	@Test
	void parseWhenOneCharacterIsChangedShouldReturnSameTokenOrFail() {
		String token = Cursor.of(positions(2)).token();
		int accepted = 0;
		for (int i = 0; i < token.length(); i++) {
			for (char c = 0; c < 0x180; c++) {
				accepted += parse(token.substring(0, i) + c + token.substring(i + 1)) ? 1 : 0;
				parse(token.substring(0, i) + c + token.substring(i));
			}
		}
		assertThat(accepted).isBetween(1000, 64 * token.length());
	}

	@Test
	void parseWhenShortenedOrExtendedShouldReturnSameTokenOrFail() {
		String token = Cursor.of(positions(4)).token();
		for (int i = 0; i < token.length(); i++) {
			parse(token.substring(0, i));
			parse(token.substring(i));
			parse(token + token.substring(0, i));
		}
		byte[] bytes = Base64.getUrlDecoder().decode(token);
		for (int length = 0; length < bytes.length; length++) {
			boolean complete = length % 16 == 1;
			assertThat(parse(encode(Arrays.copyOf(bytes, length)))).as("%d bytes", length).isEqualTo(complete);
		}
	}

	@Test
	void parseWhenGeneratedShouldReturnSameTokenOrFail() {
		String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
		for (int i = 0; i < INPUTS; i++) {
			StringBuilder token = new StringBuilder((i % 2 == 0) ? "" : "AQ");
			for (int length = this.random.nextInt(70); length > 0; length--) {
				token.append((this.random.nextInt(200) == 0) ? (char) this.random.nextInt(0x10000)
						: alphabet.charAt(this.random.nextInt(alphabet.length())));
			}
			parse(token.toString());
		}
	}

	@Test
	void parseWhenHugeShouldReturnSameTokenOrFail() {
		assertRefused("A".repeat(10_000_000));
		assertRefused("=".repeat(10_000_000));
		assertRefused("latest".repeat(1_000_000));
		Map<String, Position> many = positions(100_000);
		Cursor cursor = Cursor.parse(Cursor.of(many).token());
		String last = "channel/" + (many.size() - 1);
		assertThat(cursor.offset(last, many.get(last).epoch())).hasValue(many.get(last).offset());
	}

	@Test
	void offsetWhenChecksumsCollideShouldDistinguishChannelsByEpoch() {
		List<String> names = Collisions.find();
		String one = names.get(0);
		String two = names.get(1);
		Cursor both = Cursor.parse(Cursor.of(Map.of(one, new Position(7, 1), two, new Position(5, 2))).token());
		assertThat(both.offset(one, 7)).hasValue(1);
		assertThat(both.offset(two, 5)).hasValue(2);
		assertThat(both.offset(one, 6)).isEmpty();
		Cursor only = Cursor.of(one, new Position(7, 1));
		assertThat(only.offset(two, 5)).isEmpty();
	}

	@Test
	void toStringShouldNotRevealPosition() {
		Cursor cursor = Cursor.of("secret", HERE);
		assertThat(cursor).hasToString("Cursor[1 channels]");
		assertThatExceptionOfType(InvalidCursorException.class).isThrownBy(() -> Cursor.parse("topsecret"))
			.withMessageNotContaining("topsecret")
			.withNoCause();
	}

	private Map<String, Position> positions(int count) {
		Map<String, Position> positions = new TreeMap<>();
		for (int i = 0; i < count; i++) {
			positions.put("channel/" + i, new Position(this.random.nextLong(1, Position.MAX_EPOCH + 1),
					this.random.nextLong(Position.MAX_OFFSET + 1)));
		}
		return positions;
	}

	/**
	 * Parses a token, which must give a cursor with the same token or an
	 * {@link InvalidCursorException}.
	 */
	private boolean parse(String token) {
		try {
			Cursor cursor = Cursor.parse(token);
			if (!cursor.token().equals(token)) {
				throw new AssertionError("Seed " + SEED + ": another token for " + token);
			}
			return true;
		}
		catch (InvalidCursorException ex) {
			return false;
		}
	}

	private static void assertRefused(byte[] bytes) {
		assertRefused(encode(bytes));
	}

	private static void assertRefused(String token) {
		assertThatExceptionOfType(InvalidCursorException.class).isThrownBy(() -> Cursor.parse(token));
	}

	private static String encode(byte[] bytes) {
		return new String(Base64.getUrlEncoder().withoutPadding().encode(bytes), StandardCharsets.US_ASCII);
	}

}
