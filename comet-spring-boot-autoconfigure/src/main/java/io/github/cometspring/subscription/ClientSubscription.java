package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Operators;

/**
 * What one client has asked for, from its replay to its end. A poll is answered once; a
 * stream gets all that it lacks whenever it asks for more, and falls behind while it does
 * not. All state belongs to the event loop that owns the client's socket; requests and
 * cancellations from elsewhere move there first.
 */
final class ClientSubscription extends WaitingClients.Client implements Subscription {

	private final CoreSubscriber<? super Batch> subscriber;

	private final ConnectedClient connection;

	private final Duration timeout;

	private final ChannelReader[] readers;

	private List<String> unknown;

	/**
	 * What the client has yet to be told that it does not get.
	 */
	private Refusals refused;

	/**
	 * The reader whose turn it is to be served first.
	 */
	private int turn;

	private long requested;

	private boolean started;

	private boolean advancing;

	private boolean greeted;

	private boolean heartbeatDue;

	private @Nullable Ending ending;

	private boolean done;

	private volatile boolean cancelled;

	ClientSubscription(CoreSubscriber<? super Batch> subscriber, ConnectedClient connection, SubscriptionRequest request,
			Map<String, ChannelLog> found) {
		this.subscriber = subscriber;
		this.connection = connection;
		this.timeout = connection.timeout(request.timeout());
		this.readers = new ChannelReader[found.size()];
		this.unknown = List.of();
		this.refused = request.refused();
		int next = 0;
		for (Map.Entry<String, Cursor> start : request.channels().entrySet()) {
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

	Dialect dialect() {
		return this.connection.dialect();
	}

	private LoopSubscriptions home() {
		return this.connection.home();
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			home().loop().run(() -> {
				this.requested = Operators.addCap(this.requested, n);
				if (this.started) {
					advance();
				}
				else {
					start();
				}
			});
		}
	}

	@Override
	public void cancel() {
		// Seen by what is on the loop before its own turn comes.
		this.cancelled = true;
		home().loop().run(this::finish);
	}

	private void start() {
		if (this.done || this.cancelled) {
			return;
		}
		this.started = true;
		for (ChannelReader reader : this.readers) {
			reader.join(home());
		}
		this.ending = this.connection.endedMeanwhile();
		advance();
		if (this.done) {
			return;
		}
		if (this.timeout.isZero()) {
			end(Ending.TIMED_OUT);
		}
		else {
			home().hold(this, this.timeout);
		}
	}

	/**
	 * Gives the client what there is, if it wants anything.
	 */
	void advance() {
		// Who asks for more while it is given something is served by the same loop.
		if (this.advancing) {
			return;
		}
		this.advancing = true;
		try {
			while (!this.done && !this.cancelled && this.requested > 0) {
				List<Segment> segments = (this.ending == null) ? collect() : List.of();
				if (segments.isEmpty() && this.ending == null && !isMessageDue()) {
					return;
				}
				give(segments);
			}
		}
		finally {
			this.advancing = false;
		}
	}

	private List<Segment> collect() {
		long budget = this.connection.maxResponseSize();
		if (this.readers.length == 1 && this.unknown.isEmpty()) {
			Segment news = this.readers[0].take(budget, true, budget);
			return (news != null) ? List.of(news) : List.of();
		}
		List<Segment> segments = collect(budget);
		for (String channel : this.unknown) {
			segments.add(Segment.unknown(channel));
		}
		this.unknown = List.of();
		return segments;
	}

	/**
	 * Serves the channels in turn, so that a busy one cannot fill every batch of a stream
	 * that is slow, and hands their news out in the client's order.
	 */
	private List<Segment> collect(long maxSize) {
		@Nullable Segment[] news = new Segment[this.readers.length];
		long budget = maxSize;
		int served = 0;
		int next = this.turn;
		for (int i = 0; i < news.length; i++) {
			int index = (this.turn + i) % news.length;
			Segment taken = this.readers[index].take(budget, served == 0, maxSize);
			if (taken != null) {
				news[index] = taken;
				budget -= taken.size();
				served++;
				next = index + 1;
			}
		}
		if (budget < maxSize) {
			this.turn = next % news.length;
		}
		List<Segment> segments = new ArrayList<>(served + this.unknown.size());
		for (Segment segment : news) {
			if (segment != null) {
				segments.add(segment);
			}
		}
		return segments;
	}

	/**
	 * Whether a stream is to hear something even if there is no news: where it begins,
	 * and that it is alive.
	 */
	private boolean isMessageDue() {
		return !this.connection.isPolling() && (!this.greeted || this.heartbeatDue);
	}

	private void give(List<Segment> segments) {
		List<Delivery> receipts = receipts();
		Map<String, Position> positions = positions();
		Ending last = this.ending;
		if (last == null && this.connection.isPolling()) {
			last = Ending.ANSWERED;
		}
		else if (last == null && positions.isEmpty() && !segments.isEmpty()) {
			last = Ending.CHANNELS_ENDED;
		}
		boolean heartbeat = this.heartbeatDue;
		Refusals refused = this.refused;
		this.refused = Refusals.NONE;
		this.greeted = true;
		this.heartbeatDue = false;
		this.requested = (this.requested == Long.MAX_VALUE) ? Long.MAX_VALUE : this.requested - 1;
		this.connection.note(segments, refused, last);
		if (last != null) {
			finish();
		}
		this.subscriber.onNext(new Batch(this.connection, segments, positions, last, refused, receipts, heartbeat));
		if (last != null) {
			this.subscriber.onComplete();
		}
	}

	private Map<String, Position> positions() {
		if (this.readers.length == 1) {
			ChannelReader reader = this.readers[0];
			return reader.hasEnded() ? Map.of() : Map.of(reader.channel(), reader.position());
		}
		Map<String, Position> positions = new HashMap<>();
		for (ChannelReader reader : this.readers) {
			if (!reader.hasEnded()) {
				positions.put(reader.channel(), reader.position());
			}
		}
		return positions;
	}

	private List<Delivery> receipts() {
		List<Delivery> receipts = List.of();
		for (ChannelReader reader : this.readers) {
			if (reader.awaitsReceipts()) {
				receipts = receipts.isEmpty() ? new ArrayList<>() : receipts;
				reader.handOverReceipts(receipts);
			}
		}
		return receipts;
	}

	@Override
	void expire() {
		if (this.connection.isPolling()) {
			// What is there when the answer is made goes into it (protocol, section 2).
			advance();
			end(Ending.TIMED_OUT);
		}
		else {
			home().defer(this, this.timeout);
			this.heartbeatDue = true;
			advance();
		}
	}

	@Override
	void end(Ending ending, int order) {
		if (this.connection.beganBefore(order)) {
			end(ending);
		}
	}

	private void end(Ending ending) {
		if (!this.done && this.ending == null) {
			// Without demand it waits for the write that is under way.
			this.ending = ending;
			advance();
		}
	}

	private void finish() {
		if (!this.done) {
			this.done = true;
			leave();
			for (ChannelReader reader : this.readers) {
				reader.leave();
			}
		}
	}

}
