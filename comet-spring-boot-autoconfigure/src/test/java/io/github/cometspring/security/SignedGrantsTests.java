package io.github.cometspring.security;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.GrantToken;
import io.github.cometspring.channel.InvalidChannelNameException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * Tests for {@link SignedGrants}.
 */
class SignedGrantsTests {

	private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

	private static final GrantKey KEY = GrantKey.of("a secret of more than 32 characters");

	private static final GrantKey OLD_KEY = GrantKey.of("an old secret of more than 32 characters");

	private static final Instant NOW = Instant.parse("2026-01-01T12:00:00Z");

	private final AtomicReference<Instant> time = new AtomicReference<>(NOW);

	private final SignedGrants grants = grants(KEY);

	private SignedGrants grants(GrantKey... keys) {
		return new SignedGrants(List.of(keys), this.time::get);
	}

	@Test
	void grantShouldBeVerified() {
		String token = this.grants.grant("lots/7", Duration.ofMinutes(10));
		assertThat(verify(this.grants, token)).isEqualTo(new Grant("lots/7", NOW.plusSeconds(600)));
	}

	@Test
	void grantShouldNeedNoEscaping() {
		assertThat(this.grants.grant("ünï/cödé@1", Duration.ofDays(1))).matches("[\\w-]+\\.[\\w-]+");
	}

	/** Documented as it is on the wire, so that other programs can sign, too. */
	@Test
	void grantShouldHaveDocumentedForm() {
		String[] parts = this.grants.grant("a", Duration.ofSeconds(1)).split("\\.");
		byte[] content = Base64.getUrlDecoder().decode(parts[0]);
		assertThat(content).startsWith(1).hasSize(14).endsWith('a');
		assertThat(Arrays.copyOfRange(content, 1, 5)).isEqualTo(KEY.id());
		assertThat(Arrays.copyOfRange(content, 5, 13))
			.isEqualTo(ByteBuffer.allocate(8).putLong(NOW.getEpochSecond() + 1).array());
		assertThat(Base64.getUrlDecoder().decode(parts[1])).isEqualTo(KEY.sign(content)).hasSize(32);
	}

	@Test
	void verifyWhenAnyBitIsFlippedShouldRefuse() {
		String token = this.grants.grant("lots/7", Duration.ofMinutes(10));
		String[] parts = token.split("\\.");
		for (int part = 0; part < 2; part++) {
			byte[] bytes = Base64.getUrlDecoder().decode(parts[part]);
			for (int bit = 0; bit < 8 * bytes.length; bit++) {
				byte[] flipped = bytes.clone();
				flipped[bit / 8] ^= (byte) (1 << (bit % 8));
				String forged = (part == 0) ? ENCODER.encodeToString(flipped) + "." + parts[1]
						: parts[0] + "." + ENCODER.encodeToString(flipped);
				assertThat(verify(this.grants, forged)).as("part %d, bit %d", part, bit).isNull();
			}
		}
	}

	@Test
	void verifyWhenAnyCharacterIsReplacedShouldRefuse() {
		String token = this.grants.grant("lots/7", Duration.ofMinutes(10));
		for (int i = 0; i < token.length(); i++) {
			for (char other : "ABab01-_.=+/ é\n\0".toCharArray()) {
				if (token.charAt(i) != other) {
					String forged = token.substring(0, i) + other + token.substring(i + 1);
					assertThat(verify(this.grants, forged)).as("character %d: %s", i, other).isNull();
				}
			}
		}
	}

	@Test
	void verifyWhenTruncatedOrLongerShouldRefuse() {
		String token = this.grants.grant("lots/7", Duration.ofMinutes(10));
		for (int end = 0; end < token.length(); end++) {
			assertThat(verify(this.grants, token.substring(0, end))).as("until %d", end).isNull();
			assertThat(verify(this.grants, token.substring(end + 1))).as("from %d", end + 1).isNull();
		}
		for (String more : List.of("=", "==", "A", ".", ".A", " ", token)) {
			assertThat(verify(this.grants, token + more)).isNull();
			assertThat(verify(this.grants, more + token)).isNull();
		}
	}

	/** The last character has two bits that are not part of the signature. */
	@Test
	void verifyWhenStrayBitsAreSetShouldRefuse() {
		String token = this.grants.grant("lots/7", Duration.ofMinutes(10));
		String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
		int last = token.length() - 1;
		long valid = alphabet.chars()
			.filter((c) -> verify(this.grants, token.substring(0, last) + (char) c) != null)
			.count();
		assertThat(valid).isOne();
	}

	@ParameterizedTest
	@ValueSource(bytes = { 0, 2, -1 })
	void verifyWhenVersionIsAnotherShouldRefuse(byte version) {
		byte[] content = content(this.grants.grant("lots/7", Duration.ofMinutes(10)));
		assertThat(verify(this.grants, signed(content))).isNotNull();
		content[0] = version;
		assertThat(verify(this.grants, signed(content))).isNull();
	}

	@Test
	void verifyWhenContentHasNoChannelShouldRefuse() {
		byte[] content = content(this.grants.grant("a", Duration.ofMinutes(10)));
		for (int length = 0; length < content.length; length++) {
			assertThat(verify(this.grants, signed(Arrays.copyOf(content, length)))).isNull();
		}
	}

	private static byte[] content(String token) {
		return Base64.getUrlDecoder().decode(token.split("\\.")[0]);
	}

	private static String signed(byte[] content) {
		return ENCODER.encodeToString(content) + "." + ENCODER.encodeToString(KEY.sign(content));
	}

	@Test
	void verifyWhenTimeHasComeShouldRefuse() {
		String token = this.grants.grant("a", Duration.ofSeconds(10));
		this.time.set(NOW.plusSeconds(10).minusNanos(1));
		assertThat(verify(this.grants, token)).isNotNull();
		this.time.set(NOW.plusSeconds(10));
		assertThat(verify(this.grants, token)).isNull();
		this.time.set(NOW.plus(Duration.ofDays(10_000)));
		assertThat(verify(this.grants, token)).isNull();
	}

	@Test
	void grantShouldBeValidForAtLeastTheTime() {
		this.time.set(NOW.plusMillis(900));
		Grant grant = verify(this.grants, this.grants.grant("a", Duration.ofMillis(200)));
		assertThat(grant).isEqualTo(new Grant("a", NOW.plusSeconds(2)));
	}

	@Test
	void verifyWhenKeysAreRotatedShouldAcceptAllAndSignWithFirst() {
		SignedGrants before = grants(OLD_KEY);
		SignedGrants between = grants(KEY, OLD_KEY);
		String old = before.grant("a", Duration.ofMinutes(1));
		String fresh = between.grant("a", Duration.ofMinutes(1));
		assertThat(verify(between, old)).isNotNull();
		assertThat(verify(between, fresh)).isNotNull();
		assertThat(verify(this.grants, fresh)).isNotNull();
		assertThat(verify(this.grants, old)).isNull();
		assertThat(verify(before, fresh)).isNull();
	}

	@Test
	void verifyWhenKeyOfSameIdHasNotSignedShouldRefuse() {
		byte[] content = content(this.grants.grant("a", Duration.ofMinutes(1)));
		String forged = ENCODER.encodeToString(content) + "." + ENCODER.encodeToString(OLD_KEY.sign(content));
		assertThat(verify(grants(KEY, OLD_KEY), forged)).as("the id is that of the other key").isNull();
	}

	static Stream<String> longIds() {
		return Stream.of("a", "é", "語", new String(Character.toChars(0x20000)))
			.map((character) -> character.repeat(ChannelName.MAX_LENGTH));
	}

	@ParameterizedTest
	@MethodSource("longIds")
	void verifyWhenIdIsOfGreatestLengthShouldAccept(String id) {
		String token = this.grants.grant(id, Duration.ofDays(365));
		assertThat(token).hasSizeLessThanOrEqualTo(GrantToken.MAX_LENGTH);
		assertThat(verify(this.grants, token)).extracting(Grant::channel).isEqualTo(id);
	}

	@Test
	void verifyWhenTooLongShouldRefuse() {
		byte[] content = Arrays.copyOf(content(this.grants.grant("a", Duration.ofDays(1))), 1000);
		Arrays.fill(content, 14, 1000, (byte) 'a');
		assertThat(verify(this.grants, signed(content))).isNull();
	}

	@Test
	void grantWhenIdIsInvalidShouldFail() {
		for (String id : List.of("", "a b", "a\n", "\ud800", "a".repeat(129))) {
			assertThatExceptionOfType(InvalidChannelNameException.class)
				.isThrownBy(() -> this.grants.grant(id, Duration.ofDays(1)));
		}
	}

	@Test
	void grantWhenValidityIsOutOfRangeShouldFail() {
		for (Duration validity : List.of(Duration.ZERO, Duration.ofNanos(-1), Duration.ofDays(365).plusNanos(1),
				Duration.ofSeconds(Long.MAX_VALUE))) {
			assertThatIllegalArgumentException().isThrownBy(() -> this.grants.grant("a", validity))
				.withMessageContaining("365 days");
		}
	}

	@Test
	void grantWhenThereIsNoKeyShouldNameProperty() {
		SignedGrants none = grants();
		assertThat(none.hasKeys()).isFalse();
		assertThatIllegalStateException().isThrownBy(() -> none.grant("a", Duration.ofDays(1)))
			.withMessageContaining("comet.grants.keys");
		assertThat(verify(none, this.grants.grant("a", Duration.ofDays(1)))).isNull();
	}

	@Test
	void keyWhenTooShortShouldFailWithoutTheSecret() {
		String secret = "x".repeat(31);
		assertThatIllegalArgumentException().isThrownBy(() -> GrantKey.of(secret))
			.withMessageContaining("31")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(secret));
		assertThat(GrantKey.of("x".repeat(32)).id()).hasSize(4);
	}

	@Test
	void keyShouldNotShowTheSecret() {
		assertThat(KEY.toString()).matches("GrantKey\\[id=[0-9a-f]{8}]");
		assertThat(new String(KEY.id(), StandardCharsets.ISO_8859_1)).doesNotContain("a se");
	}

	private static @Nullable Grant verify(SignedGrants grants, String text) {
		GrantToken token = GrantToken.parse(text);
		return (token != null && grants.verify(token)) ? new Grant(token.channel(), token.end()) : null;
	}

	/**
	 * A grant that was verified.
	 *
	 * @param channel the id of the channel
	 * @param end when it ends
	 */
	private record Grant(String channel, Instant end) {
	}

}
