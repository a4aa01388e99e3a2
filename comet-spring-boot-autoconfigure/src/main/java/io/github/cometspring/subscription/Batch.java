package io.github.cometspring.subscription;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * What one client gets at a time. Whoever receives it says what became of it, by
 * {@link #written()} or {@link #failed()}, the first word counts. A batch of a stream
 * that has neither segments nor an ending tells where the stream begins, or is a
 * heartbeat.
 *
 * @since 0.1.0
 */
public final class Batch {

	private final List<Segment> segments;

	private final Map<String, Position> positions;

	private final @Nullable Ending ending;

	private final List<Delivery> receipts;

	private final AtomicBoolean reported = new AtomicBoolean();

	Batch(List<Segment> segments, Map<String, Position> positions, @Nullable Ending ending, List<Delivery> receipts) {
		this.segments = segments;
		this.positions = positions;
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
		return Cursor.of(this.positions);
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
