package io.github.cometspring.channel;

import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class JoinedCursorTests {

	@Test
	void andWhenOtherChannelsShouldHavePositionsOfBoth() {
		Cursor joined = Cursor.of("a", new Position(1, 10)).and(Cursor.of("b", new Position(2, 20)));
		assertThat(joined).isEqualTo(Cursor.of(Map.of("a", new Position(1, 10), "b", new Position(2, 20))));
		assertThat(Cursor.parse(joined.token())).isEqualTo(joined);
	}

	@Test
	void andWhenSameChannelShouldTakeTheOther() {
		Cursor earlier = Cursor.of("a", new Position(1, 10));
		Cursor later = Cursor.of("a", new Position(1, 300));
		assertThat(earlier.and(later)).isEqualTo(later);
		assertThat(later.and(earlier)).isEqualTo(earlier);
	}

	@Test
	void andWhenEpochsDifferShouldHaveBothPositions() {
		Cursor joined = Cursor.of("a", new Position(9, 10)).and(Cursor.of("a", new Position(5, 1)));
		assertThat(joined.offset("a", 9)).hasValue(10);
		assertThat(joined.offset("a", 5)).hasValue(1);
		assertThat(Cursor.parse(joined.token())).isEqualTo(joined);
	}

	@Test
	void andWhenManyChannelsShouldKeepEach() {
		Cursor joined = Cursor.LATEST;
		for (int i = 1; i <= 500; i++) {
			joined = joined.and(Cursor.of("channel-" + i, new Position(i, 2L * i)));
		}
		for (int i = 1; i <= 500; i++) {
			assertThat(joined.offset("channel-" + i, i)).hasValue(2L * i);
		}
		assertThat(Cursor.parse(joined.token())).isEqualTo(joined);
	}

	@Test
	void andWhenLatestShouldChangeNothing() {
		Cursor cursor = Cursor.of("a", new Position(1, 10));
		assertThat(cursor.and(Cursor.LATEST)).isEqualTo(cursor);
		assertThat(Cursor.LATEST.and(cursor)).isEqualTo(cursor);
		assertThat(Cursor.LATEST.and(Cursor.EARLIEST)).isEqualTo(Cursor.EARLIEST);
		assertThat(Cursor.EARLIEST.and(Cursor.LATEST)).isEqualTo(Cursor.EARLIEST);
		assertThat(Cursor.of(Map.of()).and(cursor)).isEqualTo(cursor);
	}

	@Test
	void andWhenSameShouldBeSame() {
		assertThat(Cursor.EARLIEST.and(Cursor.EARLIEST)).isEqualTo(Cursor.EARLIEST);
		assertThat(Cursor.LATEST.and(Cursor.LATEST)).isEqualTo(Cursor.LATEST);
	}

	@Test
	void andWhenEarliestAndPositionsShouldRefuse() {
		Cursor cursor = Cursor.of("a", new Position(1, 10));
		assertThatIllegalArgumentException().isThrownBy(() -> cursor.and(Cursor.EARLIEST));
		assertThatIllegalArgumentException().isThrownBy(() -> Cursor.EARLIEST.and(cursor));
	}

}
