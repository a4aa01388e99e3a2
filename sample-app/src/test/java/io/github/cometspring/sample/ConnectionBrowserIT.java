package io.github.cometspring.sample;

import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Interrupted connections, and what the page shows of them.
 */
@SaleroomTest
class ConnectionBrowserIT {

	@Test
	void pageWhenDeactivatedShouldShowItAndCatchUpLater(Saleroom room) {
		room.ada.until(() -> room.ada.desk("active").equals("active"));
		room.ada.click("#desk-deactivate");
		room.ada.until(() -> room.ada.badge().equals("Paused"));
		room.bea.until(() -> room.bea.badge().equals("Paused"));
		assertThat(room.bea.notice()).contains("The live feed is paused.");
		assertThat(room.bea.transport()).isEmpty();
		room.bid("Old Tobias", 9000);
		room.ada.click("#desk-activate");
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		room.bea.until(() -> room.bea.badge().equals("Live"));
		assertThat(room.bea.notice()).isEmpty();
		assertThat(room.bea.missed()).isEmpty();
	}

	@Test
	void pageWhenHistoryIsOverrunShouldShowItAndReloadTheItems(Saleroom room) {
		room.ada.click("#desk-deactivate");
		room.bea.until(() -> room.bea.badge().equals("Paused"));
		long starts = room.bea.starts();
		for (int i = 0; i <= Saleroom.HISTORY; i++) {
			room.bid("Old Tobias", 20_000 + 500 * i);
		}
		room.ada.click("#desk-activate");
		room.bea.until(() -> room.bea.missed().startsWith("Some messages were lost."));
		room.bea.until(() -> room.bea.starts() > starts);
		String price = Saleroom.euros(20_000 + 500 * Saleroom.HISTORY);
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals(price));
	}

	@Test
	void pageWhenLotWasSoldMeanwhileShouldShowItAsSold(Saleroom room) {
		room.bid("Old Tobias", 9000);
		room.ada.click("#desk-deactivate");
		room.bea.until(() -> room.bea.badge().equals("Paused"));
		room.passUntilSold();
		room.ada.click("#desk-activate");
		room.bea.until(() -> room.bea.lot(room.item(), "stamp").equalsIgnoreCase("Sold"));
	}

	@Test
	void pageWhenTimeoutIsSetWithKillShouldStayLive(Saleroom room) {
		room.bea.recordBadge();
		room.ada.enter("#desk-seconds", "7");
		room.ada.click("#desk-kill");
		room.ada.click("#desk-set button");
		room.ada.until(() -> room.ada.desk("timeout").equals("7 s"));
		room.bid("Old Tobias", 9000);
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		room.bea.until(() -> room.bea.badge().equals("Live"));
		assertThat(room.bea.recordedBadge()).doesNotContain("Paused", "Server gone");
	}

	@Test
	void pageWhenServerIsGoneShouldShowItAndRecover(Saleroom room) {
		room.beasCable.unplug();
		room.bea.until(() -> room.bea.badge().equals("Server gone"));
		assertThat(room.bea.notice()).contains("The auction house does not answer.");
		room.bid("Old Tobias", 9000);
		room.beasCable.plugIn();
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		room.bea.until(() -> room.bea.badge().equals("Live"));
	}

	@Test
	void pageWhenConnectionIsCutShouldReconnect(Saleroom room) {
		room.bea.recordBadge();
		assertThat(room.beasCable.cut()).isPositive();
		room.bea.until(() -> room.bea.recordedBadge().endsWith("Reconnecting Live"));
		room.bid("Old Tobias", 9000);
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
	}

	@Test
	void pageWhenHiddenShouldDisconnectAndCatchUpWhenVisible(Saleroom room) {
		room.bea.hide();
		room.ada.until(() -> room.channel().subscribers() == 1);
		assertThat(room.bea.state()).isEqualTo("asleep");
		room.bid("Old Tobias", 9000);
		room.bea.show();
		room.bea.until(Duration.ofSeconds(5), () -> room.bea.lot(room.item(), "price").equals("€9,000"));
		room.bea.until(() -> room.bea.badge().equals("Live"));
		assertThat(room.channel().subscribers()).isEqualTo(2);
	}

}
