package io.github.cometspring.sample;

import io.github.cometspring.sample.Obstacles.Treatment;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every transport, and the choice of transport behind a proxy that blocks some.
 */
@SaleroomTest
class TransportBrowserIT {

	private static final String WEB_SOCKET = "Upgrade: websocket";

	private static final String EVENT_STREAM = "Accept: text/event-stream";

	@ParameterizedTest
	@CsvSource({ "websocket, WebSocket", "sse, Events", "json, Polling" })
	void bidWhenMadeInOneBrowserShouldAppearInTheOther(String transport, String badge, Saleroom room) {
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
	void pageWhenAddressNamesNoTransportShouldTakeTheBest(String transports, Saleroom room) {
		room.open("?transports=" + transports);
		assertThat(room.bea.transport()).isEqualTo("WebSocket");
	}

	@ParameterizedTest
	@EnumSource
	void pageWhenProxyBlocksWebSocketShouldTakeEvents(Treatment treatment, Saleroom room) {
		room.obstructBea(WEB_SOCKET, treatment);
		assertListens(room, "Events");
	}

	@ParameterizedTest
	@EnumSource
	void pageWhenProxyBlocksEventsTooShouldPoll(Treatment treatment, Saleroom room) {
		room.obstructBea(WEB_SOCKET, Treatment.REFUSE);
		room.obstructBea(EVENT_STREAM, treatment);
		assertListens(room, "Polling");
	}

	@Test
	void pageWhenProxyBlocksItsWebSocketLaterShouldTakeEvents(Saleroom room) {
		room.bid("Old Tobias", 9000);
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		room.obstructBea(WEB_SOCKET, Treatment.KILL);
		room.bid("Old Tobias", 9500);
		room.bea.until(() -> room.bea.transport().equals("Events"));
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,500"));
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

	private static void assertListens(Saleroom room, String badge) {
		room.open("");
		assertThat(room.bea.transport()).isEqualTo(badge);
		assertThat(room.ada.transport()).isEqualTo("WebSocket");
		room.ada.bid(room.item(), "9000");
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		assertThat(room.bea.transport()).isEqualTo(badge);
	}

}
