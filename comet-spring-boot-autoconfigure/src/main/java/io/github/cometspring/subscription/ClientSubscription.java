package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Delivery;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import reactor.core.CoreSubscriber;
import reactor.core.Exceptions;
import reactor.core.publisher.Operators;

/**
 * The subscription of one client, from its replay to its end. A poll gets one batch. A
 * stream gets all missing messages whenever it requests a batch, and falls behind while
 * it does not. All state is confined to the event loop that owns the client's socket;
 * requests and cancellations from other threads are moved there.
 */
final class ClientSubscription extends ReadingClient implements Subscription {

	private final CoreSubscriber<? super Batch> subscriber;

	private final ConnectedClient client;

	private final Duration timeout;

	/**
	 * What the client may read, or {@code null} if nobody decides that.
	 */
	private final @Nullable ReadRights rights;

	/**
	 * The refused channels that the client has not been told about yet.
	 */
	private Refusals refused;

	private long requested;

	private boolean started;

	private boolean advancing;

	private boolean openingSent;

	private boolean heartbeatDue;

	private @Nullable Ending ending;

	/**
	 * What was published before the rights of a stream ended, until it is emitted.
	 */
	private List<Segment> remaining = List.of();

	private boolean done;

	private volatile boolean cancelled;

	ClientSubscription(CoreSubscriber<? super Batch> subscriber, ConnectedClient client, SubscriptionRequest request,
			Map<String, ChannelLog> found, @Nullable ReadRights rights) {
		super(request.channels(), found);
		this.rights = rights;
		this.subscriber = subscriber;
		this.client = client;
		this.timeout = client.timeout(request.timeout());
		this.refused = request.refused();
	}

	@Override
	Dialect dialect() {
		return this.client.dialect();
	}

	private LoopSubscriptions home() {
		return this.client.home();
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
					startOrFail();
				}
			});
		}
	}

	@Override
	public void cancel() {
		// Tasks that are before finish() in the loop's queue see this.
		this.cancelled = true;
		home().loop().run(this::finish);
	}

	private void startOrFail() {
		try {
			start();
		}
		catch (RuntimeException | Error ex) {
			fail(ex);
		}
	}

	private void start() {
		if (this.done || this.cancelled) {
			return;
		}
		this.started = true;
		join(home());
		this.ending = this.client.begin(this);
		if (this.ending == null && this.rights != null && this.rights.areOver()) {
			this.ending = Ending.EXPIRED;
		}
		advance();
		if (this.done) {
			return;
		}
		if (this.timeout.isZero()) {
			end(Ending.TIMED_OUT);
		}
		else {
			home().hold(this, this.timeout);
			if (this.rights != null) {
				this.rights.watch(this, this.timeout);
			}
			this.client.held();
		}
	}

	@Override
	void advance() {
		// A request from within onNext is served by the loop below.
		if (this.advancing) {
			return;
		}
		this.advancing = true;
		try {
			while (!this.done && !this.cancelled && this.requested > 0) {
				List<Segment> segments = (this.ending == null) ? collect(this.client.maxResponseSize())
						: this.remaining;
				if (segments.isEmpty() && this.ending == null && !needsEmptyBatch()) {
					return;
				}
				emit(segments);
			}
		}
		catch (RuntimeException | Error ex) {
			fail(ex);
		}
		finally {
			this.advancing = false;
		}
	}

	/**
	 * Ends this client because its channels cannot be read or its batch cannot be taken.
	 * Otherwise it would stay, and wait for ever.
	 */
	private void fail(Throwable error) {
		boolean answered = this.done;
		finish();
		if (answered) {
			// It has its last batch, and no other signal may follow.
			throw Exceptions.propagate(error);
		}
		try {
			this.subscriber.onError(error);
		}
		catch (Throwable ex) {
			// Nothing is left to be done for this client, and the others are not at
			// fault.
			this.client.close();
		}
	}

	/**
	 * Whether a stream needs a batch without segments: its first one, with the cursor, or
	 * a heartbeat.
	 */
	private boolean needsEmptyBatch() {
		return !this.client.isPolling() && (!this.openingSent || this.heartbeatDue);
	}

	private void emit(List<Segment> segments) {
		List<Delivery> receipts = takeReceipts();
		Positions positions = positions(segments);
		Ending last = this.ending;
		if (last == null && this.client.isPolling()) {
			last = Ending.ANSWERED;
		}
		else if (last == null && positions.size() == 0 && !segments.isEmpty()) {
			last = Ending.CHANNELS_ENDED;
		}
		boolean heartbeat = this.heartbeatDue;
		Refusals refused = this.refused;
		this.refused = Refusals.NONE;
		this.openingSent = true;
		this.heartbeatDue = false;
		this.requested = (this.requested == Long.MAX_VALUE) ? Long.MAX_VALUE : this.requested - 1;
		this.client.note(segments, refused, last);
		if (last != null) {
			finish();
		}
		this.subscriber.onNext(new Batch(this.client, segments, positions, last, refused, receipts, heartbeat));
		if (last != null) {
			this.subscriber.onComplete();
		}
	}

	@Override
	void expire() {
		if (this.client.isPolling()) {
			// All messages that are there go into the answer (protocol, section 2).
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
		if (this.client.beganBefore(order)) {
			end(ending);
		}
	}

	@Override
	void endIfRevoked() {
		if (this.rights != null && this.rights.areRevoked()) {
			expireRights();
		}
	}

	/**
	 * Ends the subscription because its rights have ended. A stream first gets what was
	 * published before, as much as fits into one batch; it resumes behind that.
	 */
	void expireRights() {
		advance();
		if (!this.done && this.ending == null && !this.client.isPolling() && this.requested == 0) {
			// A write is in progress.
			try {
				this.remaining = collect(this.client.maxResponseSize());
			}
			// A client whose rights have ended must not go on because its channel fails.
			catch (Throwable ex) {
				fail(ex);
				return;
			}
		}
		end(Ending.EXPIRED);
	}

	void end(Ending ending) {
		if (!this.done && this.ending == null) {
			// Without demand, a write is in progress. The ending is sent after it.
			this.ending = ending;
			advance();
		}
	}

	private void finish() {
		if (!this.done) {
			this.done = true;
			leave();
			if (this.rights != null) {
				this.rights.forget();
			}
			leaveChannels();
		}
	}

}
