package io.github.cometspring.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link LegacyCodec} against the original server.
 */
class GoldenTranscriptTests {

	private static final Set<String> TOPICS = Set.of("parse", "enc", "resp", "id", "ct", "path", "body");

	private static final Pattern ENDED_ENTRY = Pattern.compile("(?:^|\n)([^\n]*?):ENDED_CHANNEL");

	/**
	 * Cases in which the original failed, or Comet differs on purpose (protocol, section
	 * 2).
	 */
	private static final Map<String, List<String>> READ_DIFFERENTLY = Map.ofEntries(
			// One CR before LF is dropped
			Map.entry("parse-crlf", List.of("a", "b")), Map.entry("parse-raw-crlf", List.of("a", "b")),
			// Empty ids are dropped
			Map.entry("parse-only-newlines", List.of()), Map.entry("parse-emptyline-ended", List.of("x", "y")),
			Map.entry("id-empty-name", List.of("a")),
			// Malformed input is read leniently, where the original answered 500
			Map.entry("parse-u-bad", List.of("%uZZZZ")), Map.entry("parse-u-short", List.of("%u12")),
			Map.entry("parse-u-upper-U", List.of("%U0061")), Map.entry("parse-u-swallows-amp", List.of("%u41")),
			Map.entry("parse-badpct-end", List.of("a%")), Map.entry("parse-badpct-short", List.of("a%4")),
			Map.entry("parse-no-value", List.of()), Map.entry("parse-trailing-amp", List.of("a")),
			Map.entry("parse-leading-amp", List.of("a")));

	/**
	 * Cases that Comet never writes: a message that is not UTF-8 and so is no String, and
	 * an unknown id that is echoed with a raw colon.
	 */
	private static final Set<String> NOT_WRITTEN = Set.of("enc-all-256", "id-forge-entry");

	static List<GoldenTranscript> registrations() {
		return GoldenTranscript.all().stream().filter((transcript) -> TOPICS.contains(transcript.topic())).toList();
	}

	@ParameterizedTest
	@MethodSource("registrations")
	void decodeRegistrationShouldNameWhatTheOriginalUnderstood(GoldenTranscript transcript) {
		List<String> ids = LegacyCodec.decodeRegistration(transcript.requestBody());
		List<String> different = READ_DIFFERENTLY.get(transcript.name());
		if (different != null) {
			assertThat(ids).isEqualTo(different);
		}
		else if (transcript.isHeld()) {
			assertThat(ids).containsExactlyInAnyOrderElementsOf(
					Stream.concat(ended(transcript).stream(), transcript.channelsListenedTo()).toList());
		}
		else if (transcript.status() == 400) {
			assertThat(new String(transcript.responseBody(), StandardCharsets.UTF_8))
				.isEqualTo(LegacyCodec.EMPTY_REGISTRATION);
			assertThat(ids).isEmpty();
		}
		else {
			assertThat(transcript.status()).isEqualTo(200);
			List<String> inOrderOfRequest = new ArrayList<>(ended(transcript));
			Collections.reverse(inOrderOfRequest);
			assertThat(ids).isNotEmpty().isEqualTo(inOrderOfRequest);
		}
	}

	@Test
	void readDifferentlyShouldNameRecordedCasesOnly() {
		assertThat(registrations().stream().map(GoldenTranscript::name)).containsAll(READ_DIFFERENTLY.keySet());
	}

	static List<GoldenTranscript> encodings() {
		return GoldenTranscript.all()
			.stream()
			.filter((transcript) -> transcript.topic().equals("enc") && !NOT_WRITTEN.contains(transcript.name()))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("encodings")
	void encodeEntriesShouldWriteMessageAsTheOriginal(GoldenTranscript transcript) {
		byte[] body = LegacyCodec.encodeEntries(transcript.written());
		assertThat(body).isEqualTo(transcript.responseBody());
	}

	@ParameterizedTest
	@MethodSource("encodings")
	void decodeEntriesShouldReadMessageOfTheOriginal(GoldenTranscript transcript) {
		assertThat(LegacyCodec.decodeEntries(transcript.responseBody())).isEqualTo(transcript.written());
	}

	static List<GoldenTranscript> answers() {
		return registrations().stream()
			.filter((transcript) -> transcript.status() == 200 && !NOT_WRITTEN.contains(transcript.name()))
			.filter((transcript) -> entries(transcript).stream().allMatch(GoldenTranscriptTests::canNameChannel))
			.toList();
	}

	@ParameterizedTest
	@MethodSource("answers")
	void encodeEntriesShouldWriteAnswerAsTheOriginalMeantIt(GoldenTranscript transcript) {
		assertThat(new String(LegacyCodec.encodeEntries(entries(transcript)), StandardCharsets.UTF_8))
			.isEqualTo(joinedByLineFeed(transcript));
	}

	@ParameterizedTest
	@MethodSource("registrations")
	void isLegacyMediaTypeShouldAcceptWhatTheOriginalAccepted(GoldenTranscript transcript) {
		// The original took a parameter for the type, and looked at every header
		boolean quirk = Set.of("ct-param-quirk", "ct-two-headers").contains(transcript.name());
		assertThat(LegacyCodec.isLegacyMediaType(transcript.contentType())).isEqualTo(!quirk);
	}

	private static String joinedByLineFeed(GoldenTranscript transcript) {
		String body = new String(transcript.responseBody(), StandardCharsets.UTF_8);
		return transcript.isMisjoined() ? body.replace("ENDED_CHANNEL:", "ENDED_CHANNEL\n") : body;
	}

	private static List<LegacyEntry> entries(GoldenTranscript transcript) {
		return LegacyCodec.decodeEntries(joinedByLineFeed(transcript).getBytes(StandardCharsets.UTF_8));
	}

	private static List<String> ended(GoldenTranscript transcript) {
		String body = new String(transcript.responseBody(), StandardCharsets.UTF_8);
		return ENDED_ENTRY.matcher(body).results().map((entry) -> entry.group(1)).toList();
	}

	private static boolean canNameChannel(LegacyEntry entry) {
		return entry.channel().codePoints().allMatch(ChannelName::isAllowed);
	}

}
