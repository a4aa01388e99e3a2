package io.github.cometspring.sample;

import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every transport, and the choice among them.
 */
@SaleroomTest
class TransportBrowserIT {

	@ParameterizedTest
	@CsvSource({ "websocket, WebSocket", "sse, Events", "json, Polling" })
	void bidWhenMadeInOneBrowserShouldAppearInTheOther(String transport, String badge, @NotOpened Saleroom room) {
		Item item = room.item();
		room.open("?transports=" + transport);
		assertThat(room.ada.transport()).isEqualTo(badge);
		room.ada.bid(item, "9000");
		room.bea.until(() -> room.bea.lot(item, "price").equals("€9,000"));
		room.bea.quickBid(item);
		room.ada.until(() -> room.ada.lot(item, "word").equals("Bea outbids you."));
		assertThat(room.bea.transport()).isEqualTo(badge);
		Item next = room.bringIn();
		room.ada.until(() -> room.ada.has(next));
		room.bid("Old Tobias", 9000);
		room.ada.until(() -> room.ada.lot(next, "price").equals("€9,000"));
		assertThat(room.ada.badge()).isEqualTo("Live");
		assertThat(room.ada.transport()).isEqualTo(badge);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "__proto__,constructor", "pigeon,websocket,websocket" })
	void pageWhenAddressNamesNoTransportShouldTakeTheBest(String transports, @NotOpened Saleroom room) {
		room.open("?transports=" + transports);
		assertThat(room.bea.transport()).isEqualTo("WebSocket");
	}

	@Test
	void pageWhenDeactivatedForLongShouldReconnectOnTheBestTransport(Saleroom room) {
		room.ada.click("#desk-deactivate");
		// A request that is answered with Retry-After
		room.bea.until(() -> room.bea.requests("/comet?channel=") > 0);
		room.ada.click("#desk-activate");
		room.bea.until(() -> room.bea.badge().equals("Live"));
		assertThat(room.bea.transport()).isEqualTo("WebSocket");
	}

}
