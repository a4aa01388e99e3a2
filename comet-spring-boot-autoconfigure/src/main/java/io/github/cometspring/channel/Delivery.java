package io.github.cometspring.channel;

import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * Counts what becomes of one message that is {@linkplain Channel#deliver(String)
 * delivered}: every expected receipt ends in one success, failure or
 * {@linkplain #dismiss() dismissal}, and when none is outstanding the outcome is known.
 * <p>
 * The broker makes a delivery, before or after it knows the position, and holds the first
 * expectation. It hands the delivery to the live feed of this node together with the
 * message, and gives its expectation back when those who listen here have been told: by
 * {@link #accepted(Position)}, or by {@link #dismiss()} if it has said the position
 * before.
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
		// Until it is accepted
	}

	/**
	 * Creates a delivery of a message that has its position.
	 * @param position the place of the message in its channel
	 */
	public Delivery(Position position) {
		this.position = position;
	}

	/**
	 * The message has its position, and those who listen on this node have been told of
	 * it: gives back the expectation of the broker. To be called once.
	 * @param position the place of the message in its channel
	 */
	public void accepted(Position position) {
		this.position = position;
		dismiss();
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
			Position position = this.position;
			if (position != null) {
				this.outcome.tryEmitValue(new Outcome(position, this.delivered.get(), this.failed.get()));
			}
			else {
				this.outcome.tryEmitError(new IllegalStateException("The delivery was given up without a position"));
			}
		}
	}

	/**
	 * What has become of the message.
	 * @return the outcome, when no receipt is outstanding
	 */
	public Mono<Outcome> outcome() {
		return this.outcome.asMono();
	}

}
