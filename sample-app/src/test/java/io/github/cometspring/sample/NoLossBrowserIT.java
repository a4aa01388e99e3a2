package io.github.cometspring.sample;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;

import io.github.cometspring.sample.SaleroomExtension.NotOpened;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import reactor.core.publisher.Flux;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A listener in a browser receives all messages while its connections are cut.
 */
@SaleroomTest
class NoLossBrowserIT {

	private static final int BIDS = 1000;

	private static final int CUTS = 10;

	/** Enough for a cut to fall among the bids. */
	private static final Duration PACE = Duration.ofMillis(2);

	// A browser may itself repeat a poll that was cut, so the page need not notice.
	@ParameterizedTest
	@CsvSource({ "websocket, 10", "sse, 10", "json, 0" })
	void everyBidWhenConnectionsAreCutTenTimesShouldBeReceivedOnceAndInOrder(String transport, long noticed,
			@NotOpened Saleroom room) {
		room.openForBea("");
		Witness witness = Witness.open(room, transport);
		for (int i = 0; i < CUTS; i++) {
			long received = (long) i * BIDS / CUTS;
			CompletableFuture<Void> bidding = bid(room, BIDS / CUTS);
			witness.until(() -> witness.last() > received && witness.state().equals(transport));
			assertThat(room.adasCable.cut()).isPositive();
			room.beasCable.cut();
			bidding.join();
		}
		witness.until(() -> witness.last() == BIDS);
		assertThat(witness.bids()).isEqualTo(LongStream.rangeClosed(1, BIDS).boxed().toList());
		assertThat(witness.count("gaps")).isZero();
		assertThat(witness.count("ends")).isZero();
		assertThat(witness.count("cuts")).isGreaterThanOrEqualTo(noticed);
		room.bea.until(() -> room.bea.lot(room.item(), "leader").equals("1000 bids"));
		assertThat(room.bea.missed()).isEmpty();
	}

	private static CompletableFuture<Void> bid(Saleroom room, int count) {
		return Flux.range(0, count)
			.delayElements(PACE, Schedulers.boundedElastic())
			.doOnNext((i) -> room.raise("Old Tobias"))
			.then()
			.toFuture();
	}

}
