package io.github.cometspring.channel;

import java.util.concurrent.atomic.AtomicInteger;

import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Counts what becomes of one message that is {@linkplain Channel#deliver(String)
 * delivered}: every expected receipt ends in one success, failure or
 * {@linkplain #dismiss() dismissal}, and when none is outstanding the outcome is known.
 * <p>
 * Thread-safe.
 *
 * @since 0.1.0
 */
public final class Delivery {

	private final Sinks.One<Outcome> outcome = Sinks.one();

	private final AtomicInteger outstanding = new AtomicInteger(1);

	private final AtomicInteger delivered = new AtomicInteger();

	private final AtomicInteger failed = new AtomicInteger();

	private final Position position;

	Delivery(Position position) {
		this.position = position;
	}

	/**
	 * Announces receipts that will come. To be called only while another is outstanding.
	 * @param receipts how many
	 */
	public void expect(int receipts) {
		this.outstanding.addAndGet(receipts);
	}

	/**
	 * One client had the message handed to the network layer.
	 */
	public void succeeded() {
		this.delivered.incrementAndGet();
		dismiss();
	}

	/**
	 * One client was gone, or could not be written to.
	 */
	public void failed() {
		this.failed.incrementAndGet();
		dismiss();
	}

	/**
	 * Takes back one expectation: it counts neither way.
	 */
	public void dismiss() {
		if (this.outstanding.decrementAndGet() == 0) {
			this.outcome.tryEmitValue(new Outcome(this.position, this.delivered.get(), this.failed.get()));
		}
	}

	Mono<Outcome> outcome() {
		return this.outcome.asMono();
	}

}
