package io.github.cometspring.channel;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Counts the receipts of one message that is {@linkplain Channel#deliver(String)
 * delivered}. Every expected receipt ends in one success, failure or
 * {@linkplain #dismiss() dismissal}. When none is outstanding, the outcome is known.
 * <p>
 * The broker creates a delivery, before or after it knows the position, and holds the
 * first expected receipt. It publishes the delivery together with the message on the live
 * feed of this node. Then it dismisses its own receipt: by {@link #accepted(Position)},
 * or by {@link #dismiss()} if the delivery was created with the position.
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

	private volatile @Nullable Position position;

	/**
	 * Creates a delivery of a message that has no position yet.
	 */
	public Delivery() {
		// accepted() sets the position
	}

	/**
	 * Creates a delivery of a message that has its position.
	 * @param position the position of the message
	 */
	public Delivery(Position position) {
		this.position = position;
	}

	/**
	 * The message has its position and has been published on the live feed of this node.
	 * Dismisses the broker's own receipt. To be called once.
	 * @param position the position of the message
	 */
	public void accepted(Position position) {
		this.position = position;
		dismiss();
	}

	/**
	 * Adds expected receipts. To be called only while another is outstanding.
	 * @param receipts the number of receipts
	 */
	public void expect(int receipts) {
		this.outstanding.addAndGet(receipts);
	}

	/**
	 * The message for one client has been handed to the network layer.
	 */
	public void succeeded() {
		this.delivered.incrementAndGet();
		dismiss();
	}

	/**
	 * One client has disconnected, or could not be written to.
	 */
	public void failed() {
		this.failed.incrementAndGet();
		dismiss();
	}

	/**
	 * Withdraws one expected receipt, which counts neither as success nor as failure.
	 */
	public void dismiss() {
		if (this.outstanding.decrementAndGet() == 0) {
			Position position = this.position;
			if (position != null) {
				this.outcome.tryEmitValue(new Outcome(position, this.delivered.get(), this.failed.get()));
			}
			else {
				this.outcome.tryEmitError(new IllegalStateException("The delivery ended without a position"));
			}
		}
	}

	/**
	 * The outcome of the delivery.
	 * @return the outcome, when no receipt is outstanding
	 */
	public Mono<Outcome> outcome() {
		return this.outcome.asMono();
	}

}
