package io.github.cometspring.redis;

import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Replay;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A copy with messages of two epochs: 1 to 3 of epoch 1, 4 and 5 of epoch 2.
 */
class LogCopyTests {

	private static final int MANY = 100;

	private final LogCopy copy = new LogCopy(new Position(1, 0), MANY, 1000);

	LogCopyTests() {
		for (int i = 1; i <= 3; i++) {
			add(1, i);
		}
		this.copy.begin(2);
		add(2, 4);
		add(2, 5);
	}

	private void add(long epoch, long offset) {
		this.copy.add(message(epoch, offset), offset);
	}

	private static Message message(long epoch, long offset) {
		return new Message("a", new Position(epoch, offset), String.valueOf(offset), MessageFormat.TEXT, false);
	}

	private Replay read(long epoch, long offset) {
		return this.copy.read(new Position(epoch, offset), MANY);
	}

	private static List<String> texts(Replay replay) {
		return replay.messages().stream().map(Message::data).toList();
	}

	@Test
	void readWhenInTheEpochBeforeShouldStopWhereItEnded() {
		Replay replay = read(1, 1);
		assertThat(texts(replay)).containsExactly("2", "3");
		assertThat(replay.gap()).isFalse();
		assertThat(replay.position()).isEqualTo(new Position(1, 3));
	}

	@Test
	void readWhenAtTheEndOfTheEpochBeforeShouldReportTheGap() {
		for (long offset : new long[] { 3, 4, 9 }) {
			Replay replay = read(1, offset);
			assertThat(texts(replay)).containsExactly("4", "5");
			assertThat(replay.gap()).isTrue();
			assertThat(replay.position()).isEqualTo(new Position(2, 5));
		}
	}

	@Test
	void readWhenEpochHasNoMessageYetShouldReportTheGap() {
		this.copy.begin(3);
		assertThat(read(2, 5)).isEqualTo(new Replay(List.of(), true, new Position(3, 5)));
		assertThat(read(3, 5)).isEqualTo(new Replay(List.of(), false, new Position(3, 5)));
		// A reader that missed two changes of the epoch gets both gaps.
		assertThat(read(1, 3).position()).isEqualTo(new Position(2, 5));
	}

	@Test
	void readWhenEpochIsUnknownShouldReportTheGapAndBeginWithTheOldest() {
		Replay replay = read(7, 2);
		assertThat(texts(replay)).containsExactly("1", "2", "3");
		assertThat(replay.gap()).isTrue();
		assertThat(replay.position()).isEqualTo(new Position(1, 3));
	}

	@Test
	void readWhenTheRestOfTheEpochIsTooOldShouldReportTheGap() {
		this.copy.trim(1003);
		Replay replay = read(1, 1);
		assertThat(texts(replay)).containsExactly("3");
		assertThat(replay.gap()).isTrue();
		this.copy.trim(1004);
		assertThat(texts(read(1, 1))).containsExactly("4", "5");
	}

	@Test
	void readWhenPositionHasNotArrivedShouldWait() {
		Position ahead = new Position(2, 7);
		this.copy.extendEnd(new Position(2, 6));
		assertThat(this.copy.read(ahead, MANY).gap()).isTrue();
		this.copy.extendEnd(ahead);
		assertThat(this.copy.read(ahead, MANY)).isEqualTo(new Replay(List.of(), false, ahead));
		this.copy.extendEnd(new Position(2, 6));
		this.copy.extendEnd(new Position(3, 9));
		assertThat(this.copy.end()).isEqualTo(ahead);
	}

	@Test
	void replaceShouldKeepTheMessagesAfterTheLastHoleAndSetTheEnd() {
		List<LogAnswer.Entry> entries = Stream.of(new Position(3, 1), new Position(3, 4), new Position(4, 5))
			.map((position) -> new LogAnswer.Entry(message(position.epoch(), position.offset()), 0, ""))
			.toList();
		this.copy.replace(new LogAnswer(new Position(4, 5), false, true, entries, 0));
		assertThat(this.copy.size()).isEqualTo(2);
		assertThat(texts(this.copy.read(null, MANY))).containsExactly("4");
		assertThat(texts(read(3, 4))).containsExactly("5");
		assertThat(this.copy.end()).isEqualTo(new Position(4, 5));
	}

	@Test
	void locateShouldFindPositionsInEpochsThatHaveMessages() {
		assertThat(this.copy.locate("a", Cursor.of("a", new Position(1, 2)))).isEqualTo(new Position(1, 2));
		assertThat(this.copy.locate("a", Cursor.of("a", new Position(7, 2)))).isNull();
	}

	@Test
	void addWhenFullShouldDiscardTheOldest() {
		LogCopy small = new LogCopy(new Position(1, 0), 2, 1000);
		for (int i = 1; i <= 5; i++) {
			small.add(message(1, i), i);
		}
		assertThat(texts(small.read(null, MANY))).containsExactly("4", "5");
		assertThat(small.read(new Position(1, 2), MANY).gap()).isTrue();
		assertThat(small.size()).isEqualTo(2);
	}

}
