package io.github.cometspring.subscription;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * What one client gets at a time. Whoever receives it says what became of it, by
 * {@link #written()} or {@link #failed()}; the first word counts.
 *
 * @since 0.1.0
 */
public final class Batch {

	private final List<Segment> segments;

	private final Cursor cursor;

	private final @Nullable Ending ending;

	private final List<Delivery> receipts;

	private final AtomicBoolean reported = new AtomicBoolean();

	Batch(List<Segment> segments, Cursor cursor, @Nullable Ending ending, List<Delivery> receipts) {
		this.segments = segments;
		this.cursor = cursor;
		this.ending = ending;
		this.receipts = receipts;
	}

	/**
	 * The news, a segment for each channel that has some, in the client's order.
	 * @return the segments
	 */
	public List<Segment> segments() {
		return this.segments;
	}

	/**
	 * Where the client stands when it has received this.
	 * @return the cursor to resume from
	 */
	public Cursor cursor() {
		return this.cursor;
	}

	/**
	 * Why this is the last batch.
	 * @return the reason, or {@code null} if more may come
	 */
	public @Nullable Ending ending() {
		return this.ending;
	}

	/**
	 * The batch has been handed to the network layer of the operating system.
	 */
	public void written() {
		report(Delivery::succeeded);
	}

	/**
	 * The client was gone, or could not be written to.
	 */
	public void failed() {
		report(Delivery::failed);
	}

	private void report(Consumer<Delivery> result) {
		if (this.reported.compareAndSet(false, true)) {
			this.receipts.forEach(result);
		}
	}

}
