package io.github.cometspring.sample;

import java.time.Duration;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Scheduler;
import reactor.test.scheduler.VirtualTimeScheduler;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.context.bean.override.convention.TestBean;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two people with a browser each in one sale. Time in the house passes when a test says
 * so.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "auction.simulate=false", "comet.history.size=4" })
class SaleroomBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static Chromium adasBrowser;

	private static Chromium beasBrowser;

	private static TcpProxy cable;

	@TestBean
	private Scheduler auctionScheduler;

	@LocalServerPort
	private int port;

	@Autowired
	private AuctionHouse house;

	private SaleroomPage ada;

	private SaleroomPage bea;

	private Item item;

	static Scheduler auctionScheduler() {
		return VirtualTimeScheduler.create();
	}

	@BeforeAll
	static void startBrowsers() {
		Chromium.requireInstalled();
		adasBrowser = Chromium.start(1280, 900);
		beasBrowser = Chromium.start(360, 780);
	}

	@AfterAll
	static void stopBrowsers() {
		for (AutoCloseable closeable : new AutoCloseable[] { adasBrowser, beasBrowser, cable }) {
			if (closeable != null) {
				assertThat(closeable).satisfies(AutoCloseable::close);
			}
		}
	}

	@BeforeEach
	void openPages() {
		if (cable == null) {
			cable = new TcpProxy(this.port);
		}
		pass(Duration.ofSeconds(8));
		this.item = this.house.sale().items().get(this.house.sale().items().size() - 1);
		this.ada = new SaleroomPage(adasBrowser);
		this.bea = new SaleroomPage(beasBrowser);
		this.ada.open("http://127.0.0.1:%d/".formatted(this.port), "Ada");
		this.bea.open("http://localhost:%d/".formatted(cable.port()), "Bea");
	}

	@AfterEach
	void activate() {
		this.ada.until(() -> this.ada.desk("active").equals("active"));
	}

	private void pass(Duration duration) {
		((VirtualTimeScheduler) this.auctionScheduler).advanceTimeBy(duration);
	}

	private void houseBid(String bidder, long amount) {
		this.house.bid(this.item.id(), new Bid(bidder, amount)).block(PATIENCE);
	}

	@Test
	void bidWhenMadeInOneBrowserShouldAppearInTheOther() {
		long price = this.item.price() + 7;
		this.ada.bid(this.item, String.valueOf(price));
		this.ada.until(() -> this.ada.lot(this.item, "word").contains("stands"));
		this.bea.until(() -> this.bea.lot(this.item, "price").equals(euros(price)));
		assertThat(this.bea.lot(this.item, "bids")).contains("Ada");
		this.bea.quickBid(this.item);
		this.ada.until(() -> this.ada.lot(this.item, "price").equals(euros(price + this.item.step())));
		assertThat(this.ada.lot(this.item, "word")).isEqualTo("Bea outbids you.");
		assertThat(this.ada.complaints()).isEmpty();
	}

	@Test
	void bidWhenRefusedShouldSayWhy() {
		this.ada.bid(this.item, "1");
		this.ada.until(() -> this.ada.lot(this.item, "word").startsWith("€1 is too low"));
		this.ada.bid(this.item, "a lot");
		this.ada.until(() -> this.ada.lot(this.item, "word").equals("A bid is a whole number of euros."));
	}

	@Test
	void bidWhenNameHasMarkupShouldShowItAsText() {
		houseBid("<b id=x>Mallory</b>", 9000);
		this.bea.until(() -> this.bea.lot(this.item, "bids").contains("<b id=x>Mallory</b>"));
	}

	@Test
	void newLotWhenBroughtInShouldAppearAndTakeBids() {
		pass(Duration.ofSeconds(90));
		this.item = this.house.sale().items().get(this.house.sale().items().size() - 1);
		this.bea.until(() -> this.bea.has(this.item));
		houseBid("Old Tobias", 9000);
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
	}

	@Test
	void lotWhenHammerFallsShouldBeShownAsSold() {
		this.ada.bid(this.item, "9000");
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
		pass(Duration.ofSeconds(90));
		this.bea.until(() -> this.bea.lot(this.item, "stamp").equalsIgnoreCase("Sold"));
		this.ada.until(() -> this.ada.lot(this.item, "stamp").equalsIgnoreCase("Yours"));
		assertThat(this.bea.lot(this.item, "word")).isEqualTo("Sold to Ada for €9,000.");
	}

	@Test
	void pageWhenDeactivatedShouldSayItAndCatchUpLater() {
		this.ada.until(() -> this.ada.desk("active").equals("active"));
		this.ada.click("#desk-deactivate");
		this.ada.until(() -> this.ada.badge().equals("Paused"));
		this.bea.until(() -> this.bea.badge().equals("Paused"));
		assertThat(this.bea.notice()).contains("The live feed is paused.");
		houseBid("Old Tobias", 9000);
		this.ada.click("#desk-activate");
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
		this.bea.until(() -> this.bea.badge().equals("Live"));
		assertThat(this.bea.notice()).isEmpty();
	}

	@Test
	void pageWhenHistoryHasMovedOnShouldStartFromTheItemsAgain() {
		this.ada.click("#desk-deactivate");
		this.bea.until(() -> this.bea.badge().equals("Paused"));
		long starts = this.bea.starts();
		for (int i = 0; i < 6; i++) {
			houseBid("Old Tobias", 9000 + 100 * i);
		}
		this.ada.click("#desk-activate");
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,500"));
		this.bea.until(() -> this.bea.starts() > starts);
	}

	@Test
	void pageWhenLotWasSoldMeanwhileShouldShowItAsSold() {
		houseBid("Old Tobias", 9000);
		this.ada.click("#desk-deactivate");
		this.bea.until(() -> this.bea.badge().equals("Paused"));
		pass(Duration.ofSeconds(90));
		this.ada.click("#desk-activate");
		this.bea.until(() -> this.bea.lot(this.item, "stamp").equalsIgnoreCase("Sold"));
	}

	@Test
	void pageWhenTimeoutIsSetWithKillShouldStayLive() {
		this.ada.enter("#desk-seconds", "7");
		this.ada.click("#desk-kill");
		this.ada.click("#desk-set button");
		this.ada.until(() -> this.ada.desk("timeout").equals("7 s"));
		houseBid("Old Tobias", 9000);
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
		this.bea.until(() -> this.bea.badge().equals("Live"));
	}

	@Test
	void pageWhenServerIsGoneShouldSayItAndRecover() {
		cable.unplug();
		this.bea.until(() -> this.bea.badge().equals("Server gone"));
		assertThat(this.bea.notice()).contains("The auction house does not answer.");
		houseBid("Old Tobias", 9000);
		cable.plugIn();
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
		this.bea.until(() -> this.bea.badge().equals("Live"));
	}

	@Test
	void deskShouldSayWhatTheActuatorSays() {
		this.ada.until(() -> this.ada.desk("connections").contains("2"));
		assertThat(this.ada.desk("channels")).endsWith(" of 12");
	}

	private static String euros(long amount) {
		return "€%,d".formatted(amount);
	}

}
