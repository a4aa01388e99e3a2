package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Segment}.
 */
class SegmentTests {

	private final List<String> encodings = new ArrayList<>();

	private final Segment segment = new Segment("a",
			List.of(new Message("a", new Position(1, 1), "text", MessageFormat.TEXT, false)), false, false,
			new Position(1, 1), 4);

	private final Function<Segment, String> messages = counting("messages", (segment) -> "m");

	private final Function<Segment, String> full = counting("full", (segment) -> segment.encoded(this.messages));

	private <T> Function<Segment, T> counting(String name, Function<Segment, T> encoder) {
		return (segment) -> {
			this.encodings.add(name);
			return encoder.apply(segment);
		};
	}

	@Test
	void encodedWhenEncodersAlternateShouldEncodeOnceEach() {
		Function<Segment, String> other = counting("other", (segment) -> "o");
		for (int i = 0; i < 3; i++) {
			assertThat(this.segment.encoded(this.messages)).isEqualTo("m");
			assertThat(this.segment.encoded(other)).isEqualTo("o");
		}
		assertThat(this.encodings).containsExactly("messages", "other");
	}

	@Test
	void encodedWhenEncoderUsesAnotherFormShouldKeepBoth() {
		assertThat(this.segment.encoded(this.full)).isEqualTo("m");
		assertThat(this.segment.encoded(this.messages)).isEqualTo("m");
		assertThat(this.segment.encoded(this.full)).isEqualTo("m");
		assertThat(this.encodings).containsExactly("full", "messages");
	}

	@Test
	void withGapShouldReturnOneSegmentForAll() {
		Segment afterGap = this.segment.withGap();
		assertThat(afterGap.isGap()).isTrue();
		assertThat(afterGap.messages()).isEqualTo(this.segment.messages());
		assertThat(this.segment.withGap()).isSameAs(afterGap);
		assertThat(this.segment.isGap()).isFalse();
	}

}
