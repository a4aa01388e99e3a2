package io.github.cometspring.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Lets one of several nodes lead the sale. The leader brings in lots, lets the hammer
 * fall, has the simulated bidders, and takes the bids that the other nodes pass on. When
 * it ends, or has not renewed its lease for some seconds, another node goes on from the
 * state that it has kept.
 */
@Component
@ConditionalOnBooleanProperty("auction.shared")
class SharedSale implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(SharedSale.class);

	private static final Duration RENEWAL = Duration.ofSeconds(1);

	private final SaleLease lease;

	private final AuctionHouse house;

	private final String address;

	/** What only the leader does. */
	private final List<SmartLifecycle> work = new ArrayList<>();

	private volatile @Nullable String leader;

	private volatile long renewed;

	private volatile @Nullable Disposable renewals;

	SharedSale(SaleLease lease, AuctionHouse house, AuctionProperties properties, Auctioneer auctioneer,
			List<SimulatedBidders> bidders) {
		this.lease = lease;
		this.house = house;
		this.address = properties.address();
		this.work.add(auctioneer);
		this.work.addAll(bidders);
	}

	/**
	 * The node that leads the sale.
	 * @return its address, or {@code null} if it is not known
	 */
	@Nullable String leader() {
		return this.leader;
	}

	boolean isLeading() {
		return this.address.equals(this.leader);
	}

	@Override
	public void start() {
		this.renewals = Flux.interval(Duration.ZERO, RENEWAL, Schedulers.parallel())
			.onBackpressureDrop()
			.concatMap((tick) -> renew())
			.subscribe();
	}

	private Mono<Void> renew() {
		long now = System.nanoTime();
		return this.lease.lead().timeout(SaleLease.DURATION).flatMap((holder) -> {
			this.renewed = now;
			boolean mine = holder.equals(this.address);
			if (!mine) {
				resign(holder);
			}
			return (mine && !isLeading()) ? lead() : Mono.empty();
		}).onErrorResume((ex) -> {
			logger.warn("The lease of the sale cannot be renewed: " + ex.getMessage());
			if (now - this.renewed > SaleLease.DURATION.toNanos()) {
				resign(null);
			}
			return Mono.empty();
		});
	}

	private Mono<Void> lead() {
		return this.lease.read().doOnNext(this.house::resume).then(Mono.fromRunnable(() -> {
			logger.info("This node leads the sale: " + this.address);
			this.leader = this.address;
			this.work.forEach(SmartLifecycle::start);
		}));
	}

	private void resign(@Nullable String successor) {
		this.leader = successor;
		this.work.forEach(SmartLifecycle::stop);
	}

	@Override
	public void stop() {
		stop(() -> {
		});
	}

	@Override
	public void stop(Runnable callback) {
		Disposable renewals = this.renewals;
		this.renewals = null;
		if (renewals != null) {
			renewals.dispose();
		}
		resign(null);
		this.lease.leave().timeout(RENEWAL).onErrorComplete().doFinally((signal) -> callback.run()).subscribe();
	}

	@Override
	public boolean isRunning() {
		return this.renewals != null;
	}

}
