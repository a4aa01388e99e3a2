package io.github.cometspring.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.stereotype.Service;

/**
 * Puts the sale room on the air. Every item has a channel of its own, which carries the
 * whole item as JSON after each change and is closed when the hammer has fallen; one
 * well-known channel announces new items.
 */
@Service
class AuctionHouse {

	static final String NEWS = "auctions/news";

	private static final Log logger = LogFactory.getLog(AuctionHouse.class);

	private final Channels channels;

	private final Catalogue catalogue;

	private final AuctionProperties properties;

	private final JsonMapper json;

	private final Scheduler scheduler;

	private final RandomGenerator dice;

	private final SaleRoom room;

	private final Map<String, Position> positions = new ConcurrentHashMap<>();

	private final AtomicInteger lotNumber = new AtomicInteger();

	AuctionHouse(Channels channels, Catalogue catalogue, AuctionProperties properties, JsonMapper json,
			Scheduler auctionScheduler, RandomGenerator auctionDice) {
		this.channels = channels;
		this.catalogue = catalogue;
		this.properties = properties;
		this.json = json;
		this.scheduler = auctionScheduler;
		this.dice = auctionDice;
		this.room = new SaleRoom(properties.lateBidExtension());
	}

	/**
	 * Opens the house: from now on there is news.
	 * @return completes when the channel of the news is there
	 */
	Mono<Void> openDoors() {
		return announce(Map.of("doors", "open"));
	}

	/**
	 * Brings the next lot under the hammer.
	 * @return the item, or {@link io.github.cometspring.channel.TooManyChannelsException}
	 * while there is no channel left for it
	 */
	Mono<Item> bringIn() {
		return this.channels.create().flatMap((channel) -> {
			int number = this.lotNumber.incrementAndGet();
			Item item = Item.open(channel.id(), number, this.catalogue.lot(number), now(), duration());
			return publish(channel, item).onErrorResume((ex) -> channel.close().then(Mono.error(ex)))
				.doOnNext((position) -> {
					this.positions.put(item.id(), position);
					this.room.bringIn(item);
				})
				.then(announce(Map.of("item", item.id())))
				.thenReturn(item);
		});
	}

	private Mono<Void> announce(Map<String, String> news) {
		return this.channels.obtain(NEWS)
			.flatMap((channel) -> publish(channel, news))
			.doOnNext((position) -> this.positions.put(NEWS, position))
			.then();
	}

	/**
	 * Takes a bid and tells everyone.
	 * @param id the id of the item
	 * @param bid the bid
	 * @return the item after the bid, or {@link BidRefusedException}
	 */
	Mono<Item> bid(String id, Bid bid) {
		return Mono.fromSupplier(() -> this.room.bid(id, bid, now()))
			.flatMap((item) -> this.channels.find(id)
				.flatMap((channel) -> publish(channel, item))
				.doOnNext((position) -> this.positions.replace(id, position))
				// The bid stands: the next message of the lot carries it too.
				.onErrorResume((ex) -> warn("Bid on lot %d was not announced".formatted(item.number()), ex))
				.thenReturn(item));
	}

	/**
	 * Lets the hammer fall on every item whose time is up, tells everyone, and closes the
	 * channels of these items.
	 * @return completes when all is done
	 */
	Mono<Void> hammer() {
		return Flux.defer(() -> Flux.fromIterable(this.room.hammer(now()))).flatMap(this::end).then();
	}

	private Mono<Void> end(Item item) {
		return this.channels.find(item.id())
			.flatMap((channel) -> publish(channel, item)
				.onErrorResume((ex) -> warn("End of lot %d was not announced".formatted(item.number()), ex))
				.then(channel.close()))
			.doFinally((signal) -> this.positions.remove(item.id()));
	}

	/**
	 * What a page starts from.
	 * @return the sale as it stands
	 */
	Sale sale() {
		// The cursor first: what changes meanwhile is then heard twice and not missed. An
		// item that came up meanwhile is left to the news.
		Map<String, Position> from = Map.copyOf(this.positions);
		List<Item> items = this.room.open().stream().filter((item) -> from.containsKey(item.id())).toList();
		return new Sale(now(), NEWS, Cursor.of(from).token(), items, this.room.sold());
	}

	private Mono<Position> publish(Channel channel, Object message) {
		return channel.publish(this.json.writeValueAsString(message));
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
