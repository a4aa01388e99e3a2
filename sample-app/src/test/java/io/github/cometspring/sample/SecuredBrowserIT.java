package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;
import org.springframework.test.context.ActiveProfiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The sale behind Spring Security: two people log in, bid by their own names, lose their
 * sessions, and log out.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "auction.simulate=false", "auction.new-item-every=30d" })
@ActiveProfiles("secured")
@Import(HouseTime.class)
@ExtendWith(SaleroomExtension.class)
class SecuredBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Autowired
	private AuctionHouse house;

	@LocalServerPort
	private int port;

	private TcpProxy cable;

	@BeforeEach
	void plugIn() {
		this.cable = new TcpProxy(this.port);
	}

	@AfterEach
	void unplug() {
		this.cable.close();
	}

	@Test
	void visitorWhenOutbidShouldLearnItFromTheirOwnChannel(Browsers browsers) {
		Item item = this.house.bringIn().blockOptional(PATIENCE).orElseThrow();
		SaleroomPage ada = enter(browsers.desk(), "Ada");
		SaleroomPage bea = enter(browsers.phone(), "Bea");
		ada.until(() -> ada.requests("/api/visitors/Ada") > 0);
		assertThat(status(ada, "visitors/Ada")).isEqualTo(200);
		assertThat(status(ada, "visitors/Bea")).isEqualTo(403);
		ada.until(() -> ada.has(item));
		ada.quickBid(item);
		bea.until(() -> bea.lot(item, "bids").contains("Ada"));
		bea.quickBid(item);
		ada.until(() -> ada.told().contains("outbid on lot %d".formatted(item.number())));
		assertThat(ada.told()).contains("Bea bids");
		assertThat(bea.told()).isEmpty();
	}

	@Test
	void pageWhenSessionHasExpiredShouldAskToLogInAndGoOn(Browsers browsers) {
		SaleroomPage ada = enter(browsers.desk(), "Ada");
		ada.driver().manage().deleteAllCookies();
		this.cable.cut();
		ada.until(() -> isAtLogin(ada));
		logIn(ada, "Ada");
		ada.until(() -> ada.badge().equals("Live"));
	}

	@Test
	void pageWhenLoggedOutShouldNotBeServed(Browsers browsers) {
		SaleroomPage ada = enter(browsers.desk(), "Ada");
		ada.click("#logout button");
		ada.until(() -> isAtLogin(ada));
		assertThat(status(ada, "auctions/announcements")).isEqualTo(401);
	}

	private SaleroomPage enter(Chromium browser, String name) {
		SaleroomPage page = new SaleroomPage(browser);
		// From an earlier test
		page.driver().get(Saleroom.url(this.cable, "login"));
		page.driver().manage().deleteAllCookies();
		page.driver().get(Saleroom.url(this.cable, ""));
		page.until(() -> isAtLogin(page));
		logIn(page, name);
		page.until(() -> page.badge().equals("Live"));
		page.until(() -> page.bidder().equals(name));
		return page;
	}

	private static boolean isAtLogin(SaleroomPage page) {
		return page.driver().getCurrentUrl().contains("/login");
	}

	private static void logIn(SaleroomPage page, String name) {
		page.enter("#username", name);
		page.enter("#password", "comet");
		page.click("button[type=submit]");
	}

	/** The status of a poll that the page sends for a channel. */
	private static long status(SaleroomPage page, String channel) {
		return (Long) page.driver().executeAsyncScript("""
				const [channel, done] = arguments;
				fetch('/comet', {
					method: 'POST',
					headers: { 'Content-Type': 'application/json' },
					body: JSON.stringify({ channels: [channel], timeout: 'PT0S' })
				}).then(({ status }) => done(status), () => done(0));
				""", channel);
	}

}
