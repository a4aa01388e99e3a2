package io.github.cometspring.sample;

import io.github.cometspring.sample.Obstacles.Treatment;
import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The choice of transport behind a proxy that blocks some.
 */
@SaleroomTest
class BlockedTransportBrowserIT {

	private static final String WEB_SOCKET = "Upgrade: websocket";

	private static final String EVENT_STREAM = "Accept: text/event-stream";

	@ParameterizedTest
	@EnumSource
	void pageWhenProxyBlocksWebSocketShouldTakeEvents(Treatment treatment, @NotOpened Saleroom room) {
		room.obstructBea(WEB_SOCKET, treatment);
		assertListens(room, "Events");
	}

	@ParameterizedTest
	@EnumSource
	void pageWhenProxyBlocksEventsTooShouldPoll(Treatment treatment, @NotOpened Saleroom room) {
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

	private static void assertListens(Saleroom room, String badge) {
		room.open("");
		assertThat(room.bea.transport()).isEqualTo(badge);
		assertThat(room.ada.transport()).isEqualTo("WebSocket");
		room.ada.bid(room.item(), "9000");
		room.bea.until(() -> room.bea.lot(room.item(), "price").equals("€9,000"));
		assertThat(room.bea.transport()).isEqualTo(badge);
	}

}
