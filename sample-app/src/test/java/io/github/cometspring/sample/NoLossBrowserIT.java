package io.github.cometspring.sample;

import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a listener in a browser hears while its connections are cut.
 */
@SaleroomTest
class NoLossBrowserIT {

	private static final int BIDS = 1000;

	private static final int CUTS = 10;

	@ParameterizedTest
	@ValueSource(strings = { "websocket", "sse", "json" })
	void everyBidWhenConnectionsAreCutTenTimesShouldBeHeardOnceAndInOrder(String transport, Saleroom room) {
		Witness witness = Witness.open(room, transport);
		for (int i = 0; i < CUTS; i++) {
			long heard = (long) i * BIDS / CUTS;
			CompletableFuture<Void> bidding = CompletableFuture.runAsync(() -> bid(room, BIDS / CUTS));
			witness.until(() -> witness.last() > heard && witness.state().equals(transport));
			assertThat(room.adasCable.cut()).isPositive();
			room.beasCable.cut();
			bidding.join();
		}
		witness.until(() -> witness.last() == BIDS);
		bid(room, 1);
		witness.until(() -> witness.last() > BIDS);
		assertThat(witness.bids()).isEqualTo(LongStream.rangeClosed(1, BIDS + 1).boxed().toList());
		assertThat(witness.count("gaps")).isZero();
		assertThat(witness.count("ends")).isZero();
		room.bea.until(() -> room.bea.lot(room.item(), "leader").equals("1001 bids"));
		assertThat(room.bea.missed()).isEmpty();
	}

	private static void bid(Saleroom room, int count) {
		for (int i = 0; i < count; i++) {
			room.raise("Old Tobias");
		}
	}

}
