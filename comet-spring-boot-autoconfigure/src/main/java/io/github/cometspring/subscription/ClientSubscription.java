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
final class ClientSubscription extends DeadlineQueue.Entry implements Subscription {

	private final CoreSubscriber<? super Batch> subscriber;

	private final Subscriptions.Terms terms;

	private final LoopSubscriptions home;

	private final SubscriptionRequest request;

	private final List<String> unknown;

	private final List<ChannelReader> readers;

	private long requested;

	private boolean started;

	private boolean greeted;

	private boolean heartbeatDue;

	private @Nullable Ending ending;

	private boolean done;

	private volatile boolean cancelled;

	ClientSubscription(CoreSubscriber<? super Batch> subscriber, Subscriptions.Terms terms, LoopSubscriptions home,
			SubscriptionRequest request, Map<String, ChannelLog> found) {
		this.subscriber = subscriber;
		this.terms = terms;
		this.home = home;
		this.request = request;
		this.unknown = new ArrayList<>(0);
		this.readers = new ArrayList<>(found.size());
		for (String channel : request.channels().keySet()) {
			ChannelLog log = found.get(channel);
			if (log != null) {
				this.readers.add(new ChannelReader(this, log, terms.dialect()));
			}
			else {
				this.unknown.add(channel);
			}
		}
	}

	@Override
	public void request(long n) {
		if (Operators.validate(n)) {
			this.home.loop().run(() -> {
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
		this.home.loop().run(this::finish);
	}

	private void start() {
		if (this.done || this.cancelled) {
			return;
		}
		this.started = true;
		for (ChannelReader reader : this.readers) {
			reader.join(this.home, this.request.channels().getOrDefault(reader.channel(), Cursor.LATEST));
		}
		this.ending = this.terms.endedMeanwhile();
		advance();
		Duration timeout = this.terms.timeout(this.request);
		if (this.done) {
			return;
		}
		if (timeout.isZero()) {
			end(Ending.TIMED_OUT);
		}
		else {
			this.home.deadlines(timeout).add(this);
		}
	}

	/**
	 * Gives the client what there is, if it wants anything.
	 */
	void advance() {
		while (!this.done && !this.cancelled && this.requested > 0) {
			List<Segment> segments = (this.ending == null) ? collect() : List.of();
			if (segments.isEmpty() && this.ending == null && !isWordDue()) {
				return;
			}
			give(segments);
		}
	}

	private List<Segment> collect() {
		List<Segment> segments = new ArrayList<>(this.readers.size() + this.unknown.size());
		long budget = this.terms.maxResponseSize();
		for (ChannelReader reader : this.readers) {
			Segment news = reader.take(budget, segments.isEmpty(), this.terms.maxResponseSize());
			if (news != null) {
				segments.add(news);
				budget -= news.size();
			}
		}
		for (String channel : this.unknown) {
			segments.add(Segment.unknown(channel));
		}
		this.unknown.clear();
		return segments;
	}

	/**
	 * Whether a stream is to hear something even if there is no news: where it begins,
	 * and that it is alive.
	 */
	private boolean isWordDue() {
		return !this.terms.dialect().transport().isPolling() && (!this.greeted || this.heartbeatDue);
	}

	private void give(List<Segment> segments) {
		Map<String, Position> positions = new HashMap<>();
		List<Delivery> receipts = new ArrayList<>(0);
		for (ChannelReader reader : this.readers) {
			reader.handOverReceipts(receipts);
			if (!reader.hasEnded()) {
				positions.put(reader.channel(), reader.position());
			}
		}
		Ending last = this.ending;
		if (last == null && this.terms.dialect().transport().isPolling()) {
			last = Ending.ANSWERED;
		}
		else if (last == null && positions.isEmpty() && !segments.isEmpty()) {
			last = Ending.CHANNELS_ENDED;
		}
		this.greeted = true;
		this.heartbeatDue = false;
		this.requested = (this.requested == Long.MAX_VALUE) ? Long.MAX_VALUE : this.requested - 1;
		if (last != null) {
			finish();
		}
		this.subscriber.onNext(new Batch(segments, positions, last, receipts));
		if (last != null) {
			this.subscriber.onComplete();
		}
	}

	@Override
	void expire() {
		if (this.terms.dialect().transport().isPolling()) {
			// What is there when the answer is made goes into it (protocol, section 2).
			advance();
			end(Ending.TIMED_OUT);
		}
		else {
			this.home.deadlines(this.terms.timeout(this.request)).add(this);
			this.heartbeatDue = true;
			advance();
		}
	}

	@Override
	void end(Ending ending, int order) {
		if (this.terms.beganBefore(order)) {
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
			unlink();
			this.readers.forEach(ChannelReader::leave);
		}
	}

}
