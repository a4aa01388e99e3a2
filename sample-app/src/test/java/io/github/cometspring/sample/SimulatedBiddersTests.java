package io.github.cometspring.sample;

import java.time.Duration;
import java.util.Random;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SimulatedBidders}.
 */
class SimulatedBiddersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final TestHouse test = new TestHouse(9);

	private final SimulatedBidders bidders = new SimulatedBidders(this.test.house, this.test.properties, this.test.time,
			new Random(76));

	@AfterEach
	void stop() {
		this.bidders.stop();
	}

	@Test
	void startWhenThereIsALotShouldBidAgainstEachOther() {
		this.test.house.bringIn().block(PATIENCE);
		this.bidders.start();
		this.test.pass(Duration.ofSeconds(20));
		Item item = item();
		assertThat(item.bidCount()).isGreaterThan(2);
		assertThat(item.bids().get(0).bidder()).isNotEqualTo(item.bids().get(1).bidder());
	}

	@Test
	void startWhenThereIsNoLotShouldWaitForOne() {
		this.bidders.start();
		this.test.pass(Duration.ofSeconds(20));
		this.test.house.bringIn().block(PATIENCE);
		this.test.pass(Duration.ofSeconds(20));
		assertThat(item().bidCount()).isPositive();
	}

	@Test
	void startWhenPriceIsAboveLimitsShouldLeaveTheLotToTheVisitor() {
		Item opened = this.test.house.bringIn().block(PATIENCE);
		this.test.house.bid(opened.id(), new Bid("Visitor", 4 * opened.price())).block(PATIENCE);
		this.bidders.start();
		this.test.pass(Duration.ofSeconds(40));
		assertThat(item().bidCount()).isEqualTo(1);
	}

	@Test
	void stopShouldEndTheBidding() {
		this.test.house.bringIn().block(PATIENCE);
		this.bidders.start();
		this.bidders.stop();
		this.test.pass(Duration.ofSeconds(40));
		assertThat(item().bidCount()).isZero();
		assertThat(this.bidders.isRunning()).isFalse();
	}

	private Item item() {
		return this.test.house.open().get(0);
	}

}
