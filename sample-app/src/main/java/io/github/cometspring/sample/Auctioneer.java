package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.TooManyChannelsException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Runs the sale: brings in new lots as long as there are channels for them, and lets the
 * hammer fall. Works while the application runs, or while it leads a shared sale.
 */
@Component
class Auctioneer implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(Auctioneer.class);

	/** The number of lots at the start. */
	private static final int FIRST_LOTS = 6;

	/** All other channels are for visitors. */
	private static final int MOST_LOTS = 11;

	/** The precision with which the hammer falls. */
	private static final Duration PULSE = Duration.ofMillis(200);

	private final AuctionHouse house;

	private final AuctionProperties properties;

	private final Scheduler scheduler;

	private volatile @Nullable Disposable work;

	Auctioneer(AuctionHouse house, AuctionProperties properties, Scheduler auctionScheduler) {
		this.house = house;
		this.properties = properties;
		this.scheduler = auctionScheduler;
	}

	@Override
	public void start() {
		Mono<Void> doors = this.house.openDoors().onErrorResume(this::carryOn);
		// Another node may have led the sale before.
		Flux<Long> lots = Flux
			.concat(Flux.defer(() -> Flux.range(0, Math.max(0, FIRST_LOTS - this.house.open().size())))
				.map(Integer::longValue), every(this.properties.newItemEvery()));
		this.work = Disposables.composite(
				doors.thenMany(lots)
					.filter((lot) -> this.house.open().size() < MOST_LOTS)
					.concatMap((lot) -> this.house.bringIn().onErrorResume(this::carryOn))
					.subscribe(),
				every(PULSE).concatMap((pulse) -> this.house.hammer().onErrorResume(this::carryOn)).subscribe());
	}

	private Flux<Long> every(Duration period) {
		return Flux.interval(period, this.scheduler).onBackpressureDrop();
	}

	private <T> Mono<T> carryOn(Throwable ex) {
		if (ex instanceof TooManyChannelsException full) {
			logger.debug("The room is full with %d channels; the next lot waits".formatted(full.getLimit()));
		}
		else {
			logger.warn("The sale goes on in spite of this", ex);
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
