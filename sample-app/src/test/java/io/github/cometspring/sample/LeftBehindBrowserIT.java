package io.github.cometspring.sample;

import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pages in the back/forward cache of the browser.
 */
@SaleroomTest
class LeftBehindBrowserIT {

	private static final int PAGES = 7;

	/** Bea's page, and Ada's current one. */
	private static final int LISTENERS = 2;

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void pageWhenLeftShouldDisconnectAndResumeWhenVisitedAgain(String transport, @NotOpened Saleroom room) {
		room.openForBea("");
		Witness witness = Witness.open(room, transport, 0);
		for (int i = 1; i < PAGES; i++) {
			witness = Witness.open(room, transport, i);
			witness.until(() -> room.channel().subscribers() == LISTENERS);
		}
		long bids = 0;
		for (int i = 1; i < PAGES; i++) {
			room.ada.driver().navigate().back();
			Witness before = witness;
			before.until(() -> before.state().equals(transport));
			before.until(() -> room.channel().subscribers() == LISTENERS);
			room.raise("Old Tobias");
			long last = ++bids;
			before.until(() -> before.last() == last);
			assertThat(before.count("gaps")).isZero();
		}
	}

}
