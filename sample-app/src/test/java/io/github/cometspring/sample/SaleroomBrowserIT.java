package io.github.cometspring.sample;

import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
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
		properties = { "auction.simulate=false", "auction.new-item-every=30d", "comet.history.size=4" })
class SaleroomBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** For the hammer to fall on every lot. */
	private static final Duration LONG_ENOUGH = Duration.ofMinutes(2);

	private static Chromium adasBrowser;

	private static Chromium beasBrowser;

	private static TcpProxy cable;

	@TestBean
	private Scheduler auctionScheduler;

	@LocalServerPort
	private int port;

	@Autowired
	private AuctionHouse house;

	@Autowired
	private Channels channels;

	@Autowired
	private CometControl control;

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
		Stream.of(adasBrowser, beasBrowser).filter(Objects::nonNull).forEach(Chromium::close);
		if (cable != null) {
			cable.close();
		}
	}

	@BeforeEach
	void openPages() {
		this.control.activate().block(PATIENCE);
		if (cable == null) {
			cable = new TcpProxy(this.port);
		}
		pass(LONG_ENOUGH);
		this.item = bringIn();
		this.ada = new SaleroomPage(adasBrowser);
		this.bea = new SaleroomPage(beasBrowser);
		this.ada.open("http://127.0.0.1:%d/".formatted(this.port), "Ada");
		this.bea.open("http://localhost:%d/".formatted(cable.port()), "Bea");
	}

	@AfterEach
	void assertNoComplaints() {
		assertThat(this.ada.complaints()).isEmpty();
		assertThat(this.bea.complaints()).isEmpty();
	}

	private void pass(Duration duration) {
		((VirtualTimeScheduler) this.auctionScheduler).advanceTimeBy(duration);
	}

	private Item bringIn() {
		return this.house.bringIn().blockOptional(PATIENCE).orElseThrow();
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
		this.item = bringIn();
		this.bea.until(() -> this.bea.has(this.item));
		houseBid("Old Tobias", 9000);
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
	}

	@Test
	void lotWhenHammerFallsShouldBeShownAsSold() {
		this.ada.bid(this.item, "9000");
		this.bea.until(() -> this.bea.lot(this.item, "price").equals("€9,000"));
		pass(LONG_ENOUGH);
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
		pass(LONG_ENOUGH);
		this.ada.click("#desk-activate");
		this.bea.until(() -> this.bea.lot(this.item, "stamp").equalsIgnoreCase("Sold"));
	}

	@Test
	void lotWhenItsChannelIsEndedShouldBeShownAsWithdrawn() {
		this.channels.find(this.item.id()).flatMap(Channel::close).block(PATIENCE);
		this.bea.until(() -> this.bea.lot(this.item, "stamp").equalsIgnoreCase("Withdrawn"));
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

	@Test
	void deskWhenPageIsOpenedElsewhereShouldSayThatItIsLocal() {
		this.ada.open("http://%s:%d/".formatted(Chromium.ELSEWHERE, this.port), "Ada");
		this.ada.until(() -> this.ada.desk("word").equals("The desk serves only the machine that the server runs on."));
	}

	private static String euros(long amount) {
		return "€%,d".formatted(amount);
	}

}
