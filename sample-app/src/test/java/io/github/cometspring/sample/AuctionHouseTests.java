package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.sample.Item.Phase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AuctionHouse}.
 */
class AuctionHouseTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final TestHouse test = new TestHouse(3);

	private final AuctionHouse house = this.test.house;

	@BeforeEach
	void openDoors() {
		this.house.openDoors().block(PATIENCE);
	}

	@Test
	void bringInWhenThereIsRoomShouldTellTheNews() {
		Channel news = channel(AuctionHouse.NEWS);
		Cursor before = news.cursor().block(PATIENCE);
		Item item = this.house.bringIn().block(PATIENCE);
		StepVerifier.create(news.messages(before).map(Message::data).take(1))
			.expectNext("{\"item\":\"%s\"}".formatted(item.id()))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void bringInWhenRoomIsFullShouldFailAndKeepTheLotForLater() {
		this.house.bringIn().block(PATIENCE);
		Item second = this.house.bringIn().block(PATIENCE);
		StepVerifier.create(this.house.bringIn()).expectError(TooManyChannelsException.class).verify(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION);
		this.house.hammer().block(PATIENCE);
		assertThat(this.house.bringIn().block(PATIENCE).number()).isEqualTo(second.number() + 1);
	}

	@Test
	void bidWhenTakenShouldPublishTheWholeItem() {
		Item item = this.house.bringIn().block(PATIENCE);
		Cursor before = channel(item.id()).cursor().block(PATIENCE);
		Item risen = this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		StepVerifier.create(channel(item.id()).messages(before).take(1)).assertNext((message) -> {
			assertThat(message.data()).contains("\"price\":5000", "\"minimum\":5100");
			assertThat(this.test.json.readValue(message.data(), Item.class)).isEqualTo(risen);
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void bidWhenChannelIsGoneShouldStand() {
		Item item = this.house.bringIn().block(PATIENCE);
		channel(item.id()).close().block(PATIENCE);
		assertThat(this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE).price()).isEqualTo(5000);
	}

	@Test
	void hammerWhenTimeIsUpShouldPublishTheEndAndCloseTheChannel() {
		Item item = this.house.bringIn().block(PATIENCE);
		this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		Channel channel = channel(item.id());
		Cursor before = channel.cursor().block(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION);
		StepVerifier.create(channel.messages(before))
			.then(() -> this.house.hammer().block(PATIENCE))
			.assertNext((message) -> assertThat(message.data()).contains("\"phase\":\"SOLD\""))
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.test.channels.find(item.id()).block(PATIENCE)).isNull();
		assertThat(this.house.sale().sold()).extracting(Item::phase).containsExactly(Phase.SOLD);
	}

	@Test
	void hammerWhenNothingIsDueShouldLeaveChannelsOpen() {
		this.house.bringIn().block(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION.minusMillis(1));
		this.house.hammer().block(PATIENCE);
		assertThat(this.test.channels.count().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void saleWhenBidsFollowShouldGiveCursorBeforeThem() {
		Item item = this.house.bringIn().block(PATIENCE);
		this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		Sale sale = this.house.sale();
		assertThat(sale.items()).extracting(Item::price).containsExactly(5000L);
		this.house.bid(item.id(), new Bid("Bea", 6000)).block(PATIENCE);
		StepVerifier.create(channel(item.id()).messages(Cursor.parse(sale.cursor())).take(1))
			.assertNext((message) -> assertThat(message.data()).contains("\"price\":6000"))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void saleWhenItemFollowsShouldGiveCursorBeforeItsNews() {
		Sale sale = this.house.sale();
		Item item = this.house.bringIn().block(PATIENCE);
		List<String> news = channel(AuctionHouse.NEWS).messages(Cursor.parse(sale.cursor()))
			.map(Message::data)
			.take(1)
			.collectList()
			.block(PATIENCE);
		assertThat(news).containsExactly("{\"item\":\"%s\"}".formatted(item.id()));
	}

	@Test
	void saleWhenItemsEndedShouldForgetTheirPositions() {
		String empty = this.house.sale().cursor();
		this.house.bringIn().block(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION);
		this.house.hammer().block(PATIENCE);
		assertThat(this.house.sale().cursor()).hasSameSizeAs(empty);
	}

	private Channel channel(String id) {
		return this.test.channels.find(id).blockOptional(PATIENCE).orElseThrow();
	}

}
