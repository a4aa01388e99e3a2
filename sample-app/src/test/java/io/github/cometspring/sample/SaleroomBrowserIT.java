package io.github.cometspring.sample;

import java.util.List;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lots, bids and the operator's desk, as two people see them.
 */
@SaleroomTest
class SaleroomBrowserIT {

	@Test
	void bidWhenMadeInOneBrowserShouldAppearInTheOther(Saleroom room) {
		Item item = room.item();
		long price = item.price() + 7;
		room.ada.until(() -> room.ada.requests("/api/visitors/Ada") > 0);
		room.ada.bid(item, String.valueOf(price));
		room.ada.until(() -> room.ada.lot(item, "word").contains("stands"));
		room.bea.until(() -> room.bea.lot(item, "price").equals(Saleroom.euros(price)));
		assertThat(room.bea.lot(item, "bids")).contains("Ada");
		room.bea.quickBid(item);
		room.ada.until(() -> room.ada.lot(item, "price").equals(Saleroom.euros(price + item.step())));
		assertThat(room.ada.lot(item, "word")).isEqualTo("Bea outbids you.");
		room.ada.until(() -> room.ada.told().startsWith("You have been outbid on lot " + item.number()));
		assertThat(room.bea.told()).isEmpty();
	}

	@Test
	void bidWhenRefusedShouldShowReason(Saleroom room) {
		Item item = room.item();
		room.ada.bid(item, "1");
		room.ada.until(() -> room.ada.lot(item, "word").startsWith("€1 is too low"));
		room.ada.bid(item, "a lot");
		room.ada.until(() -> room.ada.lot(item, "word").equals("A bid is a whole number of euros."));
	}

	@Test
	void bidWhenTypedShouldFitIntoField(Saleroom room) {
		// From here on the buttons beside the field have their greatest width
		room.bid("Old Tobias", 900_000);
		for (SaleroomPage page : List.of(room.ada, room.bea)) {
			page.until(() -> page.lot(room.item(), "price").equals("€900,000"));
			page.type(room.item(), "1,000,000");
			assertThat(page.hiddenWidth(room.item(), "own")).isZero();
			assertThat(page.hiddenWidth(room.item(), "bidding")).isZero();
		}
	}

	@Test
	void bidWhenNameHasMarkupShouldShowItAsText(Saleroom room) {
		room.bid("<b id=x>Mallory</b>", 9000);
		room.bea.until(() -> room.bea.lot(room.item(), "bids").contains("<b id=x>Mallory</b>"));
	}

	@Test
	void priceWhenAnimatedShouldRunUpToTheBid(Saleroom room) {
		room.bea.animate(true);
		try {
			room.bid("Old Tobias", 9000);
			room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		}
		finally {
			room.bea.animate(false);
		}
	}

	@Test
	void newLotWhenBroughtInShouldAppearAndTakeBids(Saleroom room) {
		long starts = room.bea.starts();
		Item item = room.bringIn();
		room.bea.until(() -> room.bea.has(item));
		room.bid("Old Tobias", 9000);
		room.bea.until(() -> room.bea.lot(item, "price").equals("€9,000"));
		assertThat(room.bea.starts()).isEqualTo(starts);
	}

	@Test
	void lotWhenHammerFallsShouldBeShownAsSold(Saleroom room) {
		Item item = room.item();
		room.ada.bid(item, "9000");
		room.bea.until(() -> room.bea.lot(item, "price").equals("€9,000"));
		room.passUntilSold();
		room.bea.until(() -> room.bea.lot(item, "stamp").equalsIgnoreCase("Sold"));
		room.ada.until(() -> room.ada.lot(item, "stamp").equalsIgnoreCase("Yours"));
		assertThat(room.bea.lot(item, "word")).isEqualTo("Sold to Ada for €9,000.");
	}

	@Test
	void lotWhenItsChannelIsEndedShouldBeShownAsWithdrawn(Saleroom room) {
		Item item = room.item();
		room.ada.bid(item, "9000");
		room.bea.until(() -> room.bea.lot(item, "price").equals("€9,000"));
		room.channel().close().block(Saleroom.PATIENCE);
		for (SaleroomPage page : List.of(room.ada, room.bea)) {
			page.until(() -> page.lot(item, "stamp").equalsIgnoreCase("Withdrawn"));
			assertThat(page.lot(item, "word")).isEqualTo("The house withdrew this lot.");
		}
		Item next = room.bringIn();
		room.passUntilSold();
		room.bea.until(() -> room.bea.lot(next, "stamp").equalsIgnoreCase("Passed"));
		// A card that has lain long enough may have left the page.
		assertThat(room.bea.lots(item, "stamp")).allMatch("Withdrawn"::equalsIgnoreCase);
	}

	@Test
	void deskShouldShowStateOfActuator(Saleroom room) {
		room.ada.until(() -> room.ada.desk("connections").equals("2 websocket"));
		assertThat(room.ada.desk("channels")).endsWith(" of 10000");
	}

	@Test
	void deskWhenPageIsOpenedElsewhereShouldShowThatItIsLocal(Saleroom room) {
		room.ada.open("http://%s:%d/".formatted(Chromium.ELSEWHERE, room.adasCable.port()), "Ada");
		room.ada.until(() -> room.ada.desk("word").equals("The desk serves only the machine that the server runs on."));
	}

}
