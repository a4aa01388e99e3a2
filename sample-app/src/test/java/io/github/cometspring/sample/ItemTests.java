package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;

import io.github.cometspring.sample.BidRefusedException.Reason;
import io.github.cometspring.sample.Item.Phase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link Item} and {@link Bid}.
 */
class ItemTests {

	private static final Instant OPENED = Instant.parse("2026-01-01T20:00:00Z");

	private static final Duration EXTENSION = Duration.ofSeconds(10);

	private final Item item = item(240);

	private static Item item(long openingPrice) {
		return Item.open("c", 7, new Lot("Vase", "Blue", "vase", openingPrice), OPENED, Duration.ofSeconds(60));
	}

	@Test
	void openWhenNobodyBidShouldAskForOpeningPrice() {
		assertThat(this.item.phase()).isEqualTo(Phase.OPEN);
		assertThat(this.item.version()).isEqualTo(1);
		assertThat(this.item.price()).isEqualTo(240);
		assertThat(this.item.minimum()).isEqualTo(240);
	}

	@Test
	void bidWhenHighEnoughShouldLeadAndRaiseMinimum() {
		Item risen = this.item.bid(new Bid("Ada", 300), OPENED, EXTENSION);
		assertThat(risen.price()).isEqualTo(300);
		assertThat(risen.minimum()).isEqualTo(310);
		assertThat(risen.version()).isEqualTo(2);
		assertThat(risen.bids()).containsExactly(new Bid("Ada", 300));
	}

	@Test
	void bidWhenFirstAndBelowOpeningPriceShouldBeRefused() {
		assertRefused(this.item, 239, OPENED, Reason.TOO_LOW);
	}

	@Test
	void bidWhenBelowMinimumShouldBeRefused() {
		Item risen = this.item.bid(new Bid("Ada", 300), OPENED, EXTENSION);
		assertRefused(risen, 309, OPENED, Reason.TOO_LOW);
	}

	@Test
	void bidWhenMoreThanShownShouldKeepTheNewestFirst() {
		Item risen = this.item;
		for (int i = 0; i < 7; i++) {
			risen = risen.bid(new Bid("Ada", 300 + 10 * i), OPENED, EXTENSION);
		}
		assertThat(risen.bids()).extracting(Bid::amount).containsExactly(360L, 350L, 340L, 330L, 320L);
		assertThat(risen.bidCount()).isEqualTo(7);
	}

	@Test
	void bidWhenEarlyShouldNotChangeTheEnd() {
		Item risen = this.item.bid(new Bid("Ada", 300), OPENED.plusSeconds(49), EXTENSION);
		assertThat(risen.endsAt()).isEqualTo(OPENED.plusSeconds(60));
	}

	@Test
	void bidWhenLateShouldExtend() {
		Item risen = this.item.bid(new Bid("Ada", 300), OPENED.plusSeconds(57), EXTENSION);
		assertThat(risen.endsAt()).isEqualTo(OPENED.plusSeconds(67));
	}

	@Test
	void bidWhenTimeIsUpShouldBeRefused() {
		assertRefused(this.item, 300, OPENED.plusSeconds(60), Reason.CLOSED);
	}

	@Test
	void bidWhenSoldShouldBeRefused() {
		Item sold = this.item.bid(new Bid("Ada", 300), OPENED, EXTENSION).hammer();
		assertRefused(sold, 400, OPENED, Reason.CLOSED);
	}

	@Test
	void hammerWhenSomebodyLeadsShouldSell() {
		Item sold = this.item.bid(new Bid("Ada", 300), OPENED, EXTENSION).hammer();
		assertThat(sold.phase()).isEqualTo(Phase.SOLD);
		assertThat(sold.version()).isEqualTo(3);
		assertThat(sold.price()).isEqualTo(300);
	}

	@Test
	void hammerWhenNobodyBidShouldPass() {
		assertThat(this.item.hammer().phase()).isEqualTo(Phase.PASSED);
	}

	@Test
	void withdrawWhenSomebodyLeadsShouldNotSell() {
		Item withdrawn = this.item.bid(new Bid("Ada", 300), OPENED, EXTENSION).withdraw();
		assertThat(withdrawn.phase()).isEqualTo(Phase.WITHDRAWN);
		assertThat(withdrawn.version()).isEqualTo(3);
		assertRefused(withdrawn, 400, OPENED, Reason.WITHDRAWN);
	}

	@ParameterizedTest
	@CsvSource({ "90, 10", "999, 10", "1000, 50", "4999, 50", "5000, 100", "19999, 100", "20000, 500" })
	void stepWhenPriceRisesShouldRise(long price, long step) {
		assertThat(item(price).step()).isEqualTo(step);
	}

	@ParameterizedTest
	@ValueSource(longs = { Long.MIN_VALUE, -1, 0, 1_000_001, Long.MAX_VALUE })
	void newBidWhenAmountIsOutOfBoundsShouldBeRefused(long amount) {
		assertNoBid("Ada", amount);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "   ", "A name of 25 characters..", "line\nbreak" })
	void newBidWhenNameIsUnfitShouldBeRefused(String bidder) {
		assertNoBid(bidder, 300);
	}

	@Test
	void newBidWhenNameHasSpaceAroundShouldStrip() {
		assertThat(new Bid("  Ada ", 300).bidder()).isEqualTo("Ada");
	}

	private static void assertRefused(Item item, long amount, Instant now, Reason reason) {
		Bid bid = new Bid("Bea", amount);
		assertThatExceptionOfType(BidRefusedException.class).isThrownBy(() -> item.bid(bid, now, EXTENSION))
			.extracting(BidRefusedException::getReason)
			.isEqualTo(reason);
	}

	private static void assertNoBid(String bidder, long amount) {
		assertThatExceptionOfType(BidRefusedException.class).isThrownBy(() -> new Bid(bidder, amount))
			.extracting(BidRefusedException::getReason)
			.isEqualTo(Reason.NOT_A_BID);
	}

}
