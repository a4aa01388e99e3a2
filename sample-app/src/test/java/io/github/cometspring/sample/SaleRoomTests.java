package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;

import io.github.cometspring.sample.BidRefusedException.Reason;
import io.github.cometspring.sample.Item.Phase;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests for {@link SaleRoom}.
 */
class SaleRoomTests {

	private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

	private final SaleRoom room = new SaleRoom(Duration.ofSeconds(10));

	@Test
	void bidWhenItemIsOpenShouldReplaceIt() {
		bringIn("a", 60);
		Item risen = this.room.bid("a", new Bid("Ada", 100), NOON);
		assertThat(risen.price()).isEqualTo(100);
		assertThat(this.room.open()).containsExactly(risen);
	}

	@Test
	void bidWhenItemIsUnknownShouldBeRefused() {
		assertRefused("a", Reason.UNKNOWN_ITEM);
	}

	@Test
	void bidWhenHammerHasFallenShouldBeRefused() {
		bringIn("a", 60);
		this.room.hammer(NOON.plusSeconds(60));
		assertRefused("a", Reason.CLOSED);
	}

	@Test
	void bidWhenRefusedShouldChangeNothing() {
		bringIn("a", 60);
		Bid low = new Bid("Ada", 99);
		assertThatExceptionOfType(BidRefusedException.class).isThrownBy(() -> this.room.bid("a", low, NOON));
		assertThat(this.room.open()).extracting(Item::version).containsExactly(1);
	}

	@Test
	void hammerWhenNoTimeIsUpShouldDoNothing() {
		bringIn("a", 60);
		assertThat(this.room.hammer(NOON.plusMillis(59_999))).isEmpty();
		assertThat(this.room.open()).hasSize(1);
	}

	@Test
	void hammerWhenTimeOfSomeIsUpShouldMoveThem() {
		bringIn("a", 60);
		bringIn("b", 70);
		this.room.bid("a", new Bid("Ada", 100), NOON);
		assertThat(this.room.hammer(NOON.plusSeconds(60))).extracting(Item::id, Item::phase)
			.containsExactly(tuple("a", Phase.SOLD));
		assertThat(this.room.open()).extracting(Item::id).containsExactly("b");
		assertThat(this.room.sold()).extracting(Item::id).containsExactly("a");
	}

	@Test
	void hammerWhenLateBidExtendedShouldWait() {
		bringIn("a", 60);
		this.room.bid("a", new Bid("Ada", 100), NOON.plusSeconds(55));
		assertThat(this.room.hammer(NOON.plusSeconds(60))).isEmpty();
		assertThat(this.room.hammer(NOON.plusSeconds(65))).hasSize(1);
	}

	@Test
	void withdrawWhenItemIsOpenShouldRefuseBidsAndKeepItFromTheHammer() {
		bringIn("a", 60);
		assertThat(this.room.withdraw("a")).isTrue();
		assertRefused("a", Reason.WITHDRAWN);
		assertThat(this.room.hammer(NOON.plusSeconds(60))).isEmpty();
		assertThat(this.room.sold()).extracting(Item::phase).containsExactly(Phase.WITHDRAWN);
	}

	@Test
	void withdrawWhenItemIsSoldShouldChangeNothing() {
		bringIn("a", 60);
		this.room.bid("a", new Bid("Ada", 100), NOON);
		this.room.hammer(NOON.plusSeconds(60));
		assertThat(this.room.withdraw("a")).isFalse();
		assertThat(this.room.sold()).extracting(Item::phase).containsExactly(Phase.SOLD);
	}

	@Test
	void withdrawWhenItemIsWithdrawnShouldReturnTrue() {
		bringIn("a", 60);
		this.room.withdraw("a");
		assertThat(this.room.withdraw("a")).isTrue();
		assertThat(this.room.sold()).hasSize(1);
	}

	@Test
	void soldWhenManyWereSoldShouldKeepTheLast() {
		for (int i = 0; i < 30; i++) {
			bringIn("item" + i, 60 + i);
			this.room.hammer(NOON.plusSeconds(60 + i));
		}
		assertThat(this.room.sold()).hasSize(24);
		assertThat(this.room.sold().get(0).id()).isEqualTo("item29");
	}

	private void bringIn(String id, int seconds) {
		this.room.bringIn(Item.open(id, 1, new Lot("Vase", "Blue", "vase", 100), NOON, Duration.ofSeconds(seconds)));
	}

	private void assertRefused(String id, Reason reason) {
		Bid bid = new Bid("Ada", 100);
		assertThatExceptionOfType(BidRefusedException.class).isThrownBy(() -> this.room.bid(id, bid, NOON))
			.extracting(BidRefusedException::getReason)
			.isEqualTo(reason);
	}

}
