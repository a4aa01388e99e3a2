package io.github.cometspring.subscription;

import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;

/**
 * The data that one client gets at once. The code that writes it reports the result, by
 * {@link #written()}, {@link #failed()} or {@link #timedOut()}; only the first report
 * counts. A batch of a stream that has neither segments nor an ending is the first one,
 * with the cursor and the refused channels, or a heartbeat.
 *
 * @since 0.1.0
 */
public final class Batch {

	private static final AtomicIntegerFieldUpdater<Batch> REPORTED = AtomicIntegerFieldUpdater.newUpdater(Batch.class,
			"reported");

	private final ConnectedClient client;

	private final List<Segment> segments;

	private final Positions positions;

	private final @Nullable Ending ending;

	private final Refusals refused;

	private final List<Delivery> receipts;

	private final boolean heartbeat;

	private int bytes;

	@SuppressWarnings("unused") // by the updater
	private volatile int reported;

	Batch(ConnectedClient client, List<Segment> segments, Positions positions, @Nullable Ending ending,
			Refusals refused, List<Delivery> receipts, boolean heartbeat) {
		this.client = client;
		this.segments = segments;
		this.positions = positions;
		this.ending = ending;
		this.refused = refused;
		this.receipts = receipts;
		this.heartbeat = heartbeat;
	}

	/**
	 * A segment for each channel that has messages, a gap or its end, in the client's
	 * order.
	 * @return the segments
	 */
	public List<Segment> segments() {
		return this.segments;
	}

	/**
	 * The cursor of the client after it has received this.
	 * @return the cursor to resume from
	 */
	public Cursor cursor() {
		return this.positions.cursor();
	}

	/**
	 * The token of the {@linkplain #cursor() cursor}, encoded. This is faster than the
	 * cursor, if the token is all that is needed.
	 * @return the characters in ASCII
	 */
	public byte[] token() {
		return this.positions.token();
	}

	/**
	 * Whether the client listens to one channel only and gets a segment of it. Then the
	 * bytes of this batch are the same for all clients at that position.
	 * @return {@code true} if the only segment has the client's cursor, too
	 */
	public boolean isOneChannel() {
		return Segment.isOnly(this.segments) && this.positions.size() == 1 && this.refused.isEmpty()
				&& this.ending != Ending.EXPIRED;
	}

	/**
	 * The positions of the client before it receives this.
	 * @return a position for each channel, which the caller may change
	 */
	public Positions startingPositions() {
		Positions start = this.positions.copy();
		for (Segment segment : this.segments) {
			segment.rewind(start);
		}
		return start;
	}

	/**
	 * The refused channels of the subscription. They are in its first batch.
	 * @return the channels, none in later batches
	 */
	public Refusals refused() {
		return this.refused;
	}

	/**
	 * Why this is the last batch.
	 * @return the reason, or {@code null} if more may come
	 */
	public @Nullable Ending ending() {
		return this.ending;
	}

	/**
	 * Whether a heartbeat is due, in addition to the segments.
	 * @return {@code true} if the stream is to send a heartbeat
	 */
	public boolean isHeartbeat() {
		return this.heartbeat;
	}

	/**
	 * Records the encoded form of the batch, before it is written.
	 * @param bytes its size
	 */
	public void encoded(int bytes) {
		this.bytes = bytes;
	}

	/**
	 * The batch has been handed to the network layer of the operating system.
	 */
	public void written() {
		if (isFirstReport()) {
			this.receipts.forEach(Delivery::succeeded);
			this.client.delivered(this.segments, this.bytes);
		}
	}

	/**
	 * The client has disconnected, or could not be written to.
	 */
	public void failed() {
		fail(EndReason.WRITE_FAILED);
	}

	/**
	 * The client did not take the batch in time.
	 */
	public void timedOut() {
		fail(EndReason.WRITE_TIMED_OUT);
	}

	private void fail(EndReason reason) {
		if (isFirstReport()) {
			this.receipts.forEach(Delivery::failed);
			this.client.note(reason);
			this.client.notDelivered(this.segments, reason);
		}
	}

	private boolean isFirstReport() {
		return (!this.receipts.isEmpty() || this.client.isObserved()) && REPORTED.compareAndSet(this, 0, 1);
	}

}
