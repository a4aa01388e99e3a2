package io.github.cometspring.subscription;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one client gets at a time. Whoever receives it says what became of it, by
 * {@link #written()}, {@link #failed()} or {@link #timedOut()}; the first word counts. A
 * batch of a stream that has neither segments nor an ending tells where the stream begins
 * and what is refused, or is a heartbeat.
 *
 * @since 0.1.0
 */
public final class Batch {

	private static final AtomicIntegerFieldUpdater<Batch> REPORTED = AtomicIntegerFieldUpdater.newUpdater(Batch.class,
			"reported");

	private final ConnectedClient connection;

	private final List<Segment> segments;

	private final Map<String, Position> positions;

	private final @Nullable Ending ending;

	private final Refusals refused;

	private final List<Delivery> receipts;

	private final boolean heartbeat;

	@SuppressWarnings("unused") // by the updater
	private volatile int reported;

	Batch(ConnectedClient connection, List<Segment> segments, Map<String, Position> positions, @Nullable Ending ending,
			Refusals refused, List<Delivery> receipts, boolean heartbeat) {
		this.connection = connection;
		this.segments = segments;
		this.positions = positions;
		this.ending = ending;
		this.refused = refused;
		this.receipts = receipts;
		this.heartbeat = heartbeat;
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
		// Most clients listen to one channel, and stand where many others do.
		return isOneChannel() ? this.segments.get(0).cursor() : Cursor.of(this.positions);
	}

	/**
	 * Whether the client listens to one channel and gets news of it, so that all that is
	 * written of this batch is the same for every client at that place.
	 * @return {@code true} if the only segment tells where the client stands, too
	 */
	public boolean isOneChannel() {
		if (this.segments.size() != 1 || this.positions.size() != 1 || !this.refused.isEmpty()) {
			return false;
		}
		Segment segment = this.segments.get(0);
		return !segment.isEnded() && this.positions.containsKey(segment.channel());
	}

	/**
	 * Where the client stands before it receives this.
	 * @return a position for each channel, the caller's own
	 */
	public Map<String, Position> startingPositions() {
		Map<String, Position> start = new HashMap<>(this.positions);
		for (Segment segment : this.segments) {
			Position position = segment.start();
			if (position != null) {
				start.put(segment.channel(), position);
			}
		}
		return start;
	}

	/**
	 * What the client has asked for and does not get. The first batch of a subscription
	 * tells.
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
	 * Whether the time of a heartbeat has come, though there may be news as well.
	 * @return {@code true} if a stream is to ask whether its client is still there
	 */
	public boolean isHeartbeat() {
		return this.heartbeat;
	}

	/**
	 * The batch has been handed to the network layer of the operating system.
	 */
	public void written() {
		if (isFirstReport()) {
			this.receipts.forEach(Delivery::succeeded);
			this.connection.delivered(this.segments);
		}
	}

	/**
	 * The client was gone, or could not be written to.
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
			this.connection.note(reason);
		}
	}

	private boolean isFirstReport() {
		return (!this.receipts.isEmpty() || this.connection.isObserved()) && REPORTED.compareAndSet(this, 0, 1);
	}

}
