package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.sample.BidRefusedException.Reason;
import io.github.cometspring.sample.Item.Phase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.BDDMockito.willReturn;
import static org.mockito.Mockito.spy;

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
	void bringInWhenThereIsRoomShouldAnnounceTheLot() {
		Cursor before = channel(AuctionHouse.ANNOUNCEMENTS).cursor().block(PATIENCE);
		Item item = this.house.bringIn().block(PATIENCE);
		StepVerifier.create(listings(before).take(1)).assertNext((listing) -> {
			assertThat(listing.item()).isEqualTo(item);
			assertThat(listing.handle().channel()).isEqualTo(item.id());
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void bringInWhenBidsFollowShouldAnnounceHandleBeforeThem() {
		Cursor before = channel(AuctionHouse.ANNOUNCEMENTS).cursor().block(PATIENCE);
		Item item = this.house.bringIn().block(PATIENCE);
		Item risen = this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		Listing listing = listings(before).blockFirst(PATIENCE);
		StepVerifier.create(items(listing.handle()).take(1)).expectNext(risen).expectComplete().verify(PATIENCE);
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
	void bidWhenTakenShouldPublishTheItem() {
		Item item = this.house.bringIn().block(PATIENCE);
		Cursor before = channel(item.id()).cursor().block(PATIENCE);
		Item risen = this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		StepVerifier.create(channel(item.id()).messages(before).take(1)).assertNext((message) -> {
			assertThat(message.data()).contains("\"price\":5000", "\"minimum\":5100");
			assertThat(this.test.json.readValue(message.data(), Item.class)).isEqualTo(risen);
		}).expectComplete().verify(PATIENCE);
	}

	@Test
	void bidWhenChannelHasEndedShouldBeRefused() {
		Item item = this.house.bringIn().block(PATIENCE);
		channel(item.id()).close().block(PATIENCE);
		assertWithdrawn(this.house.bid(item.id(), new Bid("Ada", 5000)));
		assertThat(this.house.open()).isEmpty();
	}

	@Test
	void bidWhenChannelEndsMeanwhileShouldBeRefused() {
		Item item = this.house.bringIn().block(PATIENCE);
		Channel channel = channel(item.id());
		channel.close().block(PATIENCE);
		willReturn(Mono.just(channel)).given(this.test.channels).find(item.id());
		assertWithdrawn(this.house.bid(item.id(), new Bid("Ada", 5000)));
		assertThat(this.house.open()).isEmpty();
	}

	@Test
	void bidWhenItCannotBeAnnouncedShouldStand() {
		Item item = this.house.bringIn().block(PATIENCE);
		Channel channel = spy(channel(item.id()));
		willReturn(Mono.error(new IllegalStateException("No"))).given(channel).publish(anyString());
		willReturn(Mono.just(channel)).given(this.test.channels).find(item.id());
		assertThat(this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE).price()).isEqualTo(5000);
		assertThat(this.house.open()).extracting(Item::price).containsExactly(5000L);
	}

	@Test
	void hammerWhenChannelHasEndedShouldWithdrawTheLotAndSellTheOthers() {
		Item first = this.house.bringIn().block(PATIENCE);
		Item second = this.house.bringIn().block(PATIENCE);
		this.house.bid(first.id(), new Bid("Ada", 5000)).block(PATIENCE);
		this.house.bid(second.id(), new Bid("Ada", 5000)).block(PATIENCE);
		channel(first.id()).close().block(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION);
		this.house.hammer().block(PATIENCE);
		assertThat(sale().sold()).extracting(Item::number, Item::phase)
			.containsExactlyInAnyOrder(tuple(1, Phase.WITHDRAWN), tuple(2, Phase.SOLD));
	}

	@Test
	void hammerWhenChannelHasEndedShouldWithdrawTheLotBeforeItsTime() {
		Item item = this.house.bringIn().block(PATIENCE);
		channel(item.id()).close().block(PATIENCE);
		this.house.hammer().block(PATIENCE);
		assertThat(this.house.open()).isEmpty();
	}

	@Test
	void bringInWhenAnnouncementsHaveEndedShouldKeepAChannelForThem() {
		this.house.bringIn().block(PATIENCE);
		this.house.bringIn().block(PATIENCE);
		channel(AuctionHouse.ANNOUNCEMENTS).close().block(PATIENCE);
		StepVerifier.create(this.house.bringIn()).expectError(TooManyChannelsException.class).verify(PATIENCE);
		assertThat(sale().items()).hasSize(2);
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
		assertThat(sale().sold()).extracting(Item::phase).containsExactly(Phase.SOLD);
	}

	@Test
	void hammerWhenNoTimeIsUpShouldLeaveChannelsOpen() {
		this.house.bringIn().block(PATIENCE);
		this.test.pass(TestHouse.ITEM_DURATION.minusMillis(1));
		this.house.hammer().block(PATIENCE);
		assertThat(this.test.channels.count().block(PATIENCE)).isEqualTo(2);
	}

	@Test
	void saleWhenBidsFollowShouldGiveHandleBeforeThem() {
		Item item = this.house.bringIn().block(PATIENCE);
		this.house.bid(item.id(), new Bid("Ada", 5000)).block(PATIENCE);
		Listing listing = sale().items().get(0);
		assertThat(listing.item().price()).isEqualTo(5000);
		Item risen = this.house.bid(item.id(), new Bid("Bea", 6000)).block(PATIENCE);
		StepVerifier.create(items(listing.handle()).take(1)).expectNext(risen).expectComplete().verify(PATIENCE);
	}

	@Test
	void saleWhenItemFollowsShouldGiveHandleBeforeItsAnnouncement() {
		ChannelHandle announcements = sale().announcements();
		Item item = this.house.bringIn().block(PATIENCE);
		assertThat(announcements.channel()).isEqualTo(AuctionHouse.ANNOUNCEMENTS);
		StepVerifier.create(listings(Cursor.parse(announcements.cursor())).map(Listing::item).take(1))
			.expectNext(item)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void saleWhenChannelOfItemHasEndedShouldShowItAsWithdrawn() {
		Item item = this.house.bringIn().block(PATIENCE);
		this.house.bringIn().block(PATIENCE);
		channel(item.id()).close().block(PATIENCE);
		Sale sale = sale();
		assertThat(sale.items()).extracting((listing) -> listing.item().number()).containsExactly(2);
		assertThat(sale.sold()).containsExactly(item.withdraw());
	}

	@Test
	void saleWhenAnnouncementsHaveEndedShouldGiveAnotherChannelOfTheName() {
		channel(AuctionHouse.ANNOUNCEMENTS).close().block(PATIENCE);
		assertThat(sale().announcements().channel()).isEqualTo(AuctionHouse.ANNOUNCEMENTS);
		assertThat(channel(AuctionHouse.ANNOUNCEMENTS)).isNotNull();
	}

	private static void assertWithdrawn(Mono<Item> bid) {
		StepVerifier.create(bid)
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(BidRefusedException.class,
					(refused) -> assertThat(refused.getReason()).isEqualTo(Reason.WITHDRAWN)))
			.verify(PATIENCE);
	}

	private Sale sale() {
		return this.house.sale().blockOptional(PATIENCE).orElseThrow();
	}

	private Flux<Listing> listings(Cursor from) {
		return channel(AuctionHouse.ANNOUNCEMENTS).messages(from)
			.map((message) -> this.test.json.readValue(message.data(), Listing.class));
	}

	private Flux<Item> items(ChannelHandle handle) {
		return channel(handle.channel()).messages(Cursor.parse(handle.cursor()))
			.map((message) -> this.test.json.readValue(message.data(), Item.class));
	}

	private Channel channel(String id) {
		return this.test.channels.find(id).blockOptional(PATIENCE).orElseThrow();
	}

}
