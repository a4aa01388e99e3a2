package io.github.cometspring.sample;

import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A page with a script of its own: some of its channels are refused, or it is hidden.
 */
@SaleroomTest
class PageListenerBrowserIT {

	private static final String NO_ID = "no id!";

	private static final String OTHER = "other";

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void subscriptionWhenAnotherIsRefusedShouldContinue(String transport, @NotOpened Saleroom room) {
		PageListener page = listen(room, Map.of("transports", List.of(transport)), NO_ID,
				Map.of("channel", OTHER, "cursor", "no cursor!"), room.item().id());
		page.until(() -> page.transport().equals(transport));
		page.until(() -> !page.refusals().isEmpty());
		room.raise("Old Tobias");
		room.raise("Young Tobias");
		page.until(() -> page.bids().size() == 2);
		assertThat(page.bids()).containsExactly(1L, 2L);
		assertThat(page.refusals()).containsExactly(OTHER + " cursor");
		assertThat(page.ended()).contains(NO_ID).doesNotContain(room.item().id());
		page.close();
	}

	@ParameterizedTest
	@CsvSource({ "websocket, 1", "sse, 0", "json, 0" })
	void pageWhenHiddenShouldKeepWebSocketOnlyAndReceiveAllMessages(String transport, int kept,
			@NotOpened Saleroom room) {
		room.openForBea("");
		PageListener page = listen(room, Map.of("transports", List.of(transport), "yieldWhenHidden", 1000),
				room.item().id());
		page.until(() -> page.transport().equals(transport));
		// And Bea
		page.until(() -> room.channel().subscribers() == 2);
		room.ada.hide();
		page.until(() -> room.channel().subscribers() == 1 + kept);
		for (int i = 0; i < 3; i++) {
			room.raise("Old Tobias");
		}
		page.until(() -> page.bids().size() == 3);
		room.ada.show();
		page.until(() -> room.channel().subscribers() == 2);
		room.raise("Old Tobias");
		page.until(() -> page.bids().size() == 4);
		assertThat(page.bids()).isEqualTo(LongStream.rangeClosed(1, 4).boxed().toList());
		assertThat(page.gaps()).isZero();
		assertThat(page.transport()).isEqualTo(transport);
		page.close();
	}

	private static PageListener listen(Saleroom room, Map<String, ?> options, Object... channels) {
		// Instead of the sample's own page
		room.ada.driver().get(Saleroom.url(room.adasCable, "favicon.svg"));
		return PageListener.listen(room.ada.driver(), "/comet", options, channels);
	}

}
