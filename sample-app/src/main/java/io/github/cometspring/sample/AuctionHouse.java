package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.Position;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.util.retry.Retry;

import org.springframework.stereotype.Service;

/**
 * Publishes the sale. Every item has a channel of its own, which carries the item after
 * each change and is closed when the hammer has fallen; one well-known channel announces
 * new items. An operator who closes the channel of an item withdraws it from the sale.
 */
@Service
class AuctionHouse {

	static final String ANNOUNCEMENTS = "auctions/announcements";

	private static final Log logger = LogFactory.getLog(AuctionHouse.class);

	private static final Duration PAUSE = Duration.ofSeconds(1);

	private final TypedChannels channels;

	private final Catalogue catalogue;

	private final AuctionProperties properties;

	private final Scheduler scheduler;

	private final RandomGenerator dice;

	private final SaleRoom room;

	private final SaleBook book;

	private final Visitors visitors;

	private final AtomicInteger lotNumber = new AtomicInteger();

	AuctionHouse(TypedChannels channels, Catalogue catalogue, AuctionProperties properties, Scheduler auctionScheduler,
			RandomGenerator auctionDice, SaleBook book, Visitors visitors) {
		this.channels = channels;
		this.catalogue = catalogue;
		this.properties = properties;
		this.scheduler = auctionScheduler;
		this.dice = auctionDice;
		this.room = new SaleRoom(properties.lateBidExtension());
		this.book = book;
		this.visitors = visitors;
	}

	/**
	 * Goes on with the sale of another node.
	 * @param state the items
	 */
	void resume(SaleRoom.State state) {
		this.room.restore(state);
		this.lotNumber
			.set(Stream.concat(state.open().stream(), state.sold().stream()).mapToInt(Item::number).max().orElse(0));
	}

	private Mono<Void> keep() {
		return Mono.defer(() -> this.book.write(this.room.state()));
	}

	/**
	 * Opens the house: from now on new items are announced.
	 * @return completes when the channel of announcements exists
	 */
	Mono<Void> openDoors() {
		return announcements().then();
	}

	/**
	 * Brings the next lot under the hammer.
	 * @return the item, or {@link io.github.cometspring.channel.TooManyChannelsException}
	 * while there is no channel left for it
	 */
	Mono<Item> bringIn() {
		// The announcements first: if their channel was closed, the lot must not use up
		// the last channel.
		return announcements().flatMap((announcements) -> this.channels.create(Item.class)
			.flatMap(TypedChannel::handle)
			.map(this::listing)
			.flatMap((listing) -> keep().then(announcements.publish(listing)).thenReturn(listing.item())));
	}

	private Listing listing(ChannelHandle handle) {
		int number = this.lotNumber.incrementAndGet();
		Item item = Item.open(handle.channel(), number, this.catalogue.lot(number), now(), duration());
		this.room.bringIn(item);
		return new Listing(item, handle);
	}

	/**
	 * Takes a bid and publishes it, and tells the visitor who is outbid.
	 * @param id the id of the item
	 * @param bid the bid
	 * @return the item after the bid, or {@link BidRefusedException}, or another error if
	 * it cannot be kept
	 */
	Mono<Item> bid(String id, Bid bid) {
		return withdrawIfEnded(id).then(Mono.fromSupplier(() -> this.room.bid(id, bid, now())))
			.flatMap((item) -> keep().then(announce(item)).then(this.visitors.outbid(item)).thenReturn(item));
	}

	private Mono<Position> announce(Item item) {
		return lot(item.id()).switchIfEmpty(Mono.error(() -> new ChannelClosedException(item.id())))
			.flatMap((channel) -> channel.publish(item))
			.onErrorResume((ex) -> unannounced(item, ex));
	}

	private <T> Mono<T> unannounced(Item item, Throwable ex) {
		if (ex instanceof ChannelClosedException && this.room.withdraw(item.id())) {
			return Mono.error(BidRefusedException.withdrawn());
		}
		// The bid stands: the next message of the lot carries it too.
		return warn("Bid on lot %d was not announced".formatted(item.number()), ex);
	}

	/**
	 * Withdraws every item whose channel an operator has closed, then lets the hammer
	 * fall on every other item whose time is up, publishes the end, and closes the
	 * channels of these items.
	 * @return completes when all is done
	 */
	Mono<Void> hammer() {
		// Kept when it has ended: a node that takes over before that ends it once more.
		return withdrawEnded().thenMany(Flux.defer(() -> Flux.fromIterable(this.room.hammer(now()))))
			.flatMap((item) -> end(item).thenReturn(item))
			.collectList()
			.flatMap((ended) -> ended.isEmpty() ? Mono.empty() : keep());
	}

	private Mono<Void> end(Item item) {
		return lot(item.id())
			.flatMap((channel) -> channel.publish(item)
				.onErrorResume((ex) -> warn("End of lot %d was not announced".formatted(item.number()), ex))
				.then(channel.close()))
			.retryWhen(untilChannelsAreBack());
	}

	/** For channels that are not in memory. */
	private Retry untilChannelsAreBack() {
		return Retry.fixedDelay(Long.MAX_VALUE, PAUSE)
			.filter(BrokerUnavailableException.class::isInstance)
			.scheduler(this.scheduler);
	}

	private Mono<Void> withdrawEnded() {
		return Flux.defer(() -> Flux.fromIterable(this.room.open()))
			.concatMap((item) -> withdrawIfEnded(item.id()))
			.then();
	}

	/** The house itself closes the channel of an item when the item is no longer open. */
	private Mono<Void> withdrawIfEnded(String id) {
		return Mono.defer(() -> this.room.isOpen(id) ? lot(id).hasElement() : Mono.just(true)).doOnNext((there) -> {
			if (!there) {
				this.room.withdraw(id);
			}
		}).then();
	}

	/**
	 * The items under the hammer.
	 * @return the items in the order in which they came up
	 */
	List<Item> open() {
		return this.room.open();
	}

	/**
	 * The state that a page starts from.
	 * @return the sale as it stands
	 */
	Mono<Sale> sale() {
		// The handles first: a page receives changes in between twice, and misses none.
		// The announcements bring an item that came up meanwhile.
		return withdrawEnded().then(announcements())
			.flatMap(TypedChannel::handle)
			.zipWhen((announcements) -> handles(),
					(announcements, handles) -> new Sale(now(), announcements, listings(handles), this.room.sold()));
	}

	private Mono<Map<String, ChannelHandle>> handles() {
		return Flux.defer(() -> Flux.fromIterable(this.room.open()))
			.concatMap((item) -> lot(item.id()))
			.concatMap(TypedChannel::handle)
			.collectMap(ChannelHandle::channel);
	}

	private List<Listing> listings(Map<String, ChannelHandle> handles) {
		return this.room.open()
			.stream()
			.flatMap((item) -> Stream.ofNullable(handles.get(item.id())).map((handle) -> new Listing(item, handle)))
			.toList();
	}

	private Mono<TypedChannel<Item>> lot(String id) {
		return this.channels.find(id, Item.class);
	}

	private Mono<TypedChannel<Listing>> announcements() {
		return this.channels.obtain(ANNOUNCEMENTS, Listing.class);
	}

	private Duration duration() {
		return Duration.ofMillis((long) (this.properties.itemDuration().toMillis() * this.dice.nextDouble(0.75, 1.5)));
	}

	private Instant now() {
		return Instant.ofEpochMilli(this.scheduler.now(TimeUnit.MILLISECONDS));
	}

	private static <T> Mono<T> warn(String what, Throwable ex) {
		logger.warn(what, ex);
		return Mono.empty();
	}

}
