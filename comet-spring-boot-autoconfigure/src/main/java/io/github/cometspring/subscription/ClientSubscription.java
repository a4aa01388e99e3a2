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
 * A poll of one client, from its replay to its answer. All its state belongs to the event
 * loop that owns the client's socket; requests and cancellations from elsewhere move
 * there first.
 */
final class ClientSubscription extends DeadlineQueue.Entry implements Subscription {

	private final CoreSubscriber<? super Batch> subscriber;

	private final Subscriptions.Terms terms;

	private final LoopSubscriptions home;

	private final Cursor cursor;

	private final List<String> unknown;

	private final List<ChannelReader> readers;

	private boolean started;

	private boolean done;

	private volatile boolean cancelled;

	ClientSubscription(CoreSubscriber<? super Batch> subscriber, Subscriptions.Terms terms, LoopSubscriptions home,
			SubscriptionRequest request, Map<String, ChannelLog> found) {
		this.subscriber = subscriber;
		this.terms = terms;
		this.home = home;
		this.cursor = request.cursor();
		this.unknown = new ArrayList<>(0);
		this.readers = new ArrayList<>(found.size());
		for (String channel : request.channels()) {
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
			this.home.loop().run(this::start);
		}
	}

	@Override
	public void cancel() {
		// Seen by what is on the loop before its own turn comes.
		this.cancelled = true;
		this.home.loop().run(this::finish);
	}

	private void start() {
		if (this.started || this.done || this.cancelled) {
			return;
		}
		this.started = true;
		for (ChannelReader reader : this.readers) {
			reader.join(this.home, this.cursor);
		}
		Ending ending = this.terms.endedMeanwhile();
		if (ending != null) {
			end(ending);
			return;
		}
		advance();
		if (this.done) {
			return;
		}
		Duration timeout = this.terms.timeout();
		if (timeout.isZero()) {
			end(Ending.TIMED_OUT);
		}
		else {
			this.home.deadlines(timeout).add(this);
		}
	}

	/**
	 * Answers if there is anything to answer.
	 */
	void advance() {
		if (this.done || this.cancelled) {
			return;
		}
		List<Segment> segments = new ArrayList<>(this.readers.size() + this.unknown.size());
		long budget = this.terms.maxResponseSize();
		for (ChannelReader reader : this.readers) {
			Segment news = reader.take(budget, segments.isEmpty());
			if (news != null) {
				segments.add(news);
				budget -= news.size();
			}
		}
		for (String channel : this.unknown) {
			segments.add(Segment.unknown(channel));
		}
		if (!segments.isEmpty()) {
			answer(segments, Ending.ANSWERED);
		}
	}

	@Override
	void expire() {
		// What is there when the answer is made goes into it (protocol, section 2).
		advance();
		end(Ending.TIMED_OUT);
	}

	@Override
	void end(Ending ending, int order) {
		if (this.terms.beganBefore(order)) {
			end(ending);
		}
	}

	private void end(Ending ending) {
		if (!this.done && !this.cancelled) {
			answer(List.of(), ending);
		}
	}

	private void answer(List<Segment> segments, Ending ending) {
		Map<String, Position> positions = new HashMap<>();
		List<Delivery> receipts = new ArrayList<>(0);
		for (ChannelReader reader : this.readers) {
			reader.handOverReceipts(receipts);
			if (!reader.hasEnded()) {
				positions.put(reader.channel(), reader.position());
			}
		}
		Batch batch = new Batch(segments, Cursor.of(positions), ending, receipts);
		finish();
		this.subscriber.onNext(batch);
		this.subscriber.onComplete();
	}

	private void finish() {
		if (!this.done) {
			this.done = true;
			unlink();
			this.readers.forEach(ChannelReader::leave);
		}
	}

}
