package io.github.cometspring.sample;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * A few regulars who keep the sale alive. Each has a limit for each lot and stops there,
 * so that a visitor can win.
 */
@Component
@ConditionalOnBooleanProperty(name = "auction.simulate", matchIfMissing = true)
class SimulatedBidders implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(SimulatedBidders.class);

	private static final List<String> NAMES = List.of("Ada Quill", "Col. Bramble", "Inès Vautrin", "Dr Okonkwo",
			"The Contessa", "Old Tobias", "Frau Lindqvist", "T. Nakamura", "Lady Fenwick", "Señor Ocaso",
			"Mr Pemberton", "A. Nonymous");

	/** Time in which each bidder looks at one lot, on average. */
	private static final Duration ROUND = Duration.ofSeconds(5);

	private final AuctionHouse house;

	private final AuctionProperties properties;

	private final Scheduler scheduler;

	private final RandomGenerator dice;

	private volatile @Nullable Disposable work;

	SimulatedBidders(AuctionHouse house, AuctionProperties properties, Scheduler auctionScheduler,
			RandomGenerator auctionDice) {
		this.house = house;
		this.properties = properties;
		this.scheduler = auctionScheduler;
		this.dice = auctionDice;
	}

	@Override
	public void start() {
		if (this.properties.bidders() > 0) {
			this.work = Mono.defer(() -> Mono.delay(pause(), this.scheduler))
				.flatMap((moment) -> look())
				.onErrorResume(this::carryOn)
				.repeat()
				.subscribe();
		}
	}

	private Duration pause() {
		return Duration
			.ofMillis((long) (ROUND.toMillis() * this.dice.nextDouble(0.3, 1.7) / this.properties.bidders()));
	}

	private Mono<Item> look() {
		List<Item> items = this.house.open();
		if (items.isEmpty()) {
			return Mono.empty();
		}
		Item item = items.get(this.dice.nextInt(items.size()));
		int bidder = this.dice.nextInt(this.properties.bidders());
		long amount = item.minimum() + item.step() * (long) Math.max(0, this.dice.nextInt(6) - 3);
		boolean leads = !item.bids().isEmpty() && item.bids().get(0).bidder().equals(name(bidder));
		return (leads || amount > worth(bidder, item)) ? Mono.empty()
				: this.house.bid(item.id(), new Bid(name(bidder), amount));
	}

	private static String name(int bidder) {
		return (bidder < NAMES.size()) ? NAMES.get(bidder) : "Paddle " + (bidder + 1);
	}

	/** Deterministic for a bidder and a lot. */
	private static long worth(int bidder, Item item) {
		double fancy = new SplittableRandom(31L * item.number() + bidder).nextDouble(1.2, 3.2);
		return (long) (item.lot().openingPrice() * fancy);
	}

	private Mono<Item> carryOn(Throwable ex) {
		// A lot may be sold while a bidder makes up their mind.
		if (!(ex instanceof BidRefusedException)) {
			logger.warn("A simulated bidder was disturbed", ex);
		}
		return Mono.empty();
	}

	@Override
	public void stop() {
		Disposable work = this.work;
		if (work != null) {
			work.dispose();
			this.work = null;
		}
	}

	@Override
	public boolean isAutoStartup() {
		return !this.properties.shared();
	}

	@Override
	public boolean isRunning() {
		return this.work != null;
	}

}
