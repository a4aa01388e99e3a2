package io.github.cometspring.sample;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Auctioneer}.
 */
class AuctioneerTests {

	private final TestHouse test = new TestHouse(9);

	private final Auctioneer auctioneer = new Auctioneer(this.test.house, this.test.properties, this.test.time);

	@AfterEach
	void stop() {
		this.auctioneer.stop();
	}

	@Test
	void startShouldOpenWithSixLots() {
		this.auctioneer.start();
		assertThat(this.test.house.open()).extracting(Item::number).containsExactly(1, 2, 3, 4, 5, 6);
		assertThat(this.auctioneer.isRunning()).isTrue();
	}

	@Test
	void startWhenTimePassesShouldBringInNewLots() {
		this.auctioneer.start();
		this.test.pass(this.test.properties.newItemEvery());
		assertThat(this.test.house.open()).extracting(Item::number).endsWith(7);
	}

	@Test
	void startWhenRoomIsFullShouldTryAgainWhenThereIsRoom() {
		this.auctioneer.start();
		this.test.pass(Duration.ofSeconds(44));
		assertThat(this.test.house.open()).hasSize(8);
		this.test.pass(Duration.ofSeconds(4));
		assertThat(this.test.house.open()).extracting(Item::number).containsExactly(7, 8, 9);
	}

	@Test
	void startWhenTimeIsUpShouldLetTheHammerFall() {
		this.auctioneer.start();
		this.test.pass(TestHouse.ITEM_DURATION);
		assertThat(this.test.house.sale().block().sold()).extracting(Item::number)
			.containsExactlyInAnyOrder(1, 2, 3, 4, 5, 6);
	}

	@Test
	void stopShouldStopTheSale() {
		this.auctioneer.start();
		this.auctioneer.stop();
		this.test.pass(Duration.ofMinutes(5));
		assertThat(this.test.house.open()).hasSize(6);
		assertThat(this.auctioneer.isRunning()).isFalse();
	}

}
