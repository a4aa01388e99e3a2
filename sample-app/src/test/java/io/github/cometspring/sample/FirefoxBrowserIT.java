package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.testing.TcpProxy;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The page in Firefox: bids arrive on every transport, also after the connections have
 * been cut.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT,
		properties = { "auction.simulate=false", "auction.new-item-every=30d" })
@Import(HouseTime.class)
class FirefoxBrowserIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static Firefox firefox;

	@Autowired
	private AuctionHouse house;

	@LocalServerPort
	private int port;

	@BeforeAll
	static void start() {
		Firefox.requireInstalled();
		firefox = Firefox.start();
	}

	@AfterAll
	static void close() {
		if (firefox != null) {
			firefox.close();
		}
	}

	@ParameterizedTest
	@CsvSource({ "websocket, WebSocket", "sse, Events", "json, Polling" })
	void bidWhenMadeShouldAppearOnThePage(String transport, String badge) {
		Item item = this.house.bringIn().blockOptional(PATIENCE).orElseThrow();
		try (TcpProxy cable = new TcpProxy(this.port)) {
			firefox.open("http://localhost:%d/?transports=%s".formatted(cable.port(), transport));
			firefox.until(() -> firefox.text("#badge-word").equals("Live"));
			assertThat(firefox.text("#transport")).isEqualTo(badge);
			bid(item, 9000);
			firefox.until(() -> price(item).equals("€9,000"));
			assertThat(cable.cut()).isPositive();
			bid(item, 9500);
			firefox.until(() -> price(item).equals("€9,500"));
			firefox.until(() -> firefox.text("#transport").equals(badge));
			assertThat(firefox.text("#missed")).isEmpty();
			assertThat(firefox.complaints()).isEmpty();
			firefox.open("about:blank");
		}
	}

	private void bid(Item item, long amount) {
		this.house.bid(item.id(), new Bid("Old Tobias", amount)).block(PATIENCE);
	}

	private static String price(Item item) {
		return firefox.text("[data-item='%s'] .price".formatted(item.id()));
	}

}
