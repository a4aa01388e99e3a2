package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;

/**
 * A client with its readers, one for each channel. The superclass of
 * {@link ClientSubscription} and not an object beside it, because each poll would need
 * one. Confined to the event loop that owns the client's socket.
 */
abstract class ReadingClient extends WaitingClients.Client {

	private final ChannelReader[] readers;

	/**
	 * The readers in the order of their positions in a cursor.
	 */
	private ChannelReader[] ordered;

	/**
	 * The channels that do not exist, until the client is told so.
	 */
	private List<String> unknown;

	/**
	 * The index of the reader that is served first.
	 */
	private int turn;

	ReadingClient(Map<String, Cursor> channels, Map<String, ChannelLog> found) {
		this.readers = new ChannelReader[found.size()];
		this.ordered = this.readers;
		this.unknown = List.of();
		int next = 0;
		for (Map.Entry<String, Cursor> start : channels.entrySet()) {
			ChannelLog log = found.get(start.getKey());
			if (log != null) {
				this.readers[next++] = new ChannelReader(this, log, start.getValue());
			}
			else {
				this.unknown = this.unknown.isEmpty() ? new ArrayList<>() : this.unknown;
				this.unknown.add(start.getKey());
			}
		}
	}

	abstract Dialect dialect();

	/**
	 * Gives the client the messages that are there, if it has requested a batch.
	 */
	abstract void advance();

	/**
	 * Subscribes to the channels.
	 */
	void join(LoopSubscriptions home) {
		for (ChannelReader reader : this.readers) {
			reader.join(home);
		}
		this.ordered = ChannelReader.inOrder(this.readers);
	}

	/**
	 * Unsubscribes from the channels.
	 */
	void leaveChannels() {
		for (ChannelReader reader : this.readers) {
			reader.leave();
		}
	}

	/**
	 * Takes the messages that the client lacks.
	 * @param budget the size of an answer, in bytes
	 * @return a segment for each channel that has some, in the client's order
	 */
	List<Segment> collect(long budget) {
		if (this.readers.length == 1 && this.unknown.isEmpty()) {
			Segment segment = this.readers[0].take(budget, true, budget);
			return (segment != null) ? List.of(segment) : List.of();
		}
		List<Segment> segments = collectInTurn(budget);
		for (String channel : this.unknown) {
			segments.add(Segment.unknown(channel));
		}
		this.unknown = List.of();
		return segments;
	}

	/**
	 * Serves the channels in turn, so that a busy one cannot fill every batch of a slow
	 * stream. Returns the segments in the client's order.
	 */
	private List<Segment> collectInTurn(long maxSize) {
		@Nullable Segment[] taken = new Segment[this.readers.length];
		long budget = maxSize;
		int served = 0;
		int next = this.turn;
		for (int i = 0; i < taken.length; i++) {
			int index = (this.turn + i) % taken.length;
			Segment segment = this.readers[index].take(budget, served == 0, maxSize);
			if (segment != null) {
				taken[index] = segment;
				budget -= segment.size();
				served++;
				next = index + 1;
			}
		}
		if (budget < maxSize) {
			this.turn = next % taken.length;
		}
		List<Segment> segments = new ArrayList<>(served + this.unknown.size());
		for (Segment segment : taken) {
			if (segment != null) {
				segments.add(segment);
			}
		}
		return segments;
	}

	/**
	 * The positions of the client when it has received what was collected.
	 */
	Positions positions(List<Segment> segments) {
		return (this.readers.length == 1 && Segment.isOnly(segments)) ? segments.get(0).positions()
				: ChannelReader.positions(this.ordered);
	}

	/**
	 * Removes the receipts of messages that the client has been given.
	 */
	List<Delivery> takeReceipts() {
		return ChannelReader.takeReceipts(this.readers);
	}

}
