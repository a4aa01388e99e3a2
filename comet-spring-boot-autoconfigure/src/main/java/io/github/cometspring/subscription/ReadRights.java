package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.util.context.Context;

/**
 * What a client may read with one subscription, and for how long. Ends the subscription
 * when the right to one of its channels has run out: at its end, when it has been taken
 * away by an operator, or when the authorizer does not confirm it after
 * {@code comet.authorization.max-age}.
 * <p>
 * Confined to the event loop of the client, except its creation.
 */
final class ReadRights {

	private final ConnectedClient client;

	private final Set<String> channels;

	private final int ordersBefore;

	/**
	 * The request until it is taken. It is not kept because many streams may be open, and
	 * outlive their requests.
	 */
	private @Nullable SubscriptionRequest request;

	/**
	 * Asks the authorizer again after some time, or {@code null} if it is asked once.
	 */
	private final @Nullable Renewal renewal;

	/**
	 * Whether the rights end by themselves.
	 */
	private boolean limited;

	/**
	 * When they end, by the clock of the loop.
	 */
	private long end;

	private @Nullable End pending;

	private @Nullable ClientSubscription subscription;

	/**
	 * Creates rights.
	 * @param client the client
	 * @param request the request of the client, in which the forbidden channels are
	 * refused
	 * @param left how long the rights last, negative if they have ended, or {@code null}
	 * if they do not end by themselves
	 * @param ordersBefore the number of orders to revoke channels before the authorizer
	 * was asked
	 * @param asking asks again, or {@code null} if it is asked once
	 */
	ReadRights(ConnectedClient client, SubscriptionRequest request, @Nullable Duration left, int ordersBefore,
			@Nullable Asking asking) {
		this.client = client;
		this.request = request;
		this.channels = request.channels().keySet();
		this.ordersBefore = ordersBefore;
		this.renewal = (asking != null) ? new Renewal(asking) : null;
		endIn(left);
	}

	private void endIn(@Nullable Duration left) {
		// What is farther away does not fit into nanoseconds, and no client waits for it.
		this.limited = left != null && left.compareTo(Authorization.LONGEST) < 0;
		if (left != null && this.limited) {
			// How long ago they ended does not matter, and may not fit either.
			this.end = this.client.home().loop().nanoTime() + (left.isNegative() ? -1 : left.toNanos());
		}
	}

	/**
	 * Hands over the request of the client, in which the forbidden channels are refused.
	 * Called once.
	 */
	SubscriptionRequest takeRequest() {
		SubscriptionRequest request = Objects.requireNonNull(this.request);
		this.request = null;
		return request;
	}

	/**
	 * Whether a right has run out.
	 */
	boolean areOver() {
		return (this.limited && this.end - this.client.home().loop().nanoTime() <= 0) || areRevoked();
	}

	/**
	 * Whether an operator has taken a right away.
	 */
	boolean areRevoked() {
		ClientUser user = this.client.user();
		return user != null && (user.isDisconnected() || user.hasRevoked(this.channels, this.ordersBefore));
	}

	/**
	 * Watches the rights of a subscription that has begun.
	 * @param subscription the subscription, which is to be ended
	 * @param timeout how long it is held if it is a poll
	 */
	void watch(ClientSubscription subscription, Duration timeout) {
		this.subscription = subscription;
		if (!this.client.isPolling()) {
			awaitEnd();
			if (this.renewal != null) {
				this.client.home().defer(this.renewal, this.renewal.asking.maxAge());
			}
		}
		// A poll asks the authorizer each time, and usually ends before the rights do.
		else if (this.end - this.client.home().loop().nanoTime() < timeout.toNanos()) {
			awaitEnd();
		}
	}

	private void awaitEnd() {
		if (this.limited) {
			End pending = new End();
			pending.at(this.end);
			this.pending = pending;
			this.client.home().moments().add(pending);
		}
	}

	/**
	 * Watches no longer, because the subscription has ended.
	 */
	void forget() {
		this.subscription = null;
		forgetEnd();
		if (this.renewal != null) {
			this.renewal.stop();
		}
	}

	private void forgetEnd() {
		End pending = this.pending;
		if (pending != null) {
			this.pending = null;
			this.client.home().moments().remove(pending);
		}
	}

	private void expire() {
		ClientSubscription subscription = this.subscription;
		if (subscription != null) {
			forget();
			subscription.expireRights();
		}
	}

	/**
	 * Continues with the rights that the authorizer has granted now, if they cover all
	 * channels that the client reads.
	 */
	private void renew(ReadRights granted) {
		if (granted.areOver() || !granted.channels.containsAll(this.channels)) {
			expire();
			return;
		}
		forgetEnd();
		this.limited = granted.limited;
		this.end = granted.end;
		awaitEnd();
	}

	/**
	 * The end of the rights.
	 */
	private final class End extends Moments.Moment {

		@Override
		void reached() {
			ReadRights.this.pending = null;
			expire();
		}

	}

	/**
	 * How to ask the authorizer again.
	 *
	 * @param authorization asks the authorizer
	 * @param request the request of the client, without grants that were refused
	 * @param context the Reactor context of the request
	 * @param maxAge the time after which it is asked
	 */
	record Asking(Authorization authorization, SubscriptionRequest request, Context context, Duration maxAge) {
	}

	/**
	 * Asks the authorizer at each max-age. As a deadline, it is first that age, and then
	 * the time that the authorizer may take.
	 */
	private final class Renewal extends DeadlineQueue.Entry {

		private final Asking asking;

		/**
		 * The question that waits for its answer.
		 */
		private Disposable.@Nullable Swap question;

		private Renewal(Asking asking) {
			this.asking = asking;
		}

		@Override
		void expire() {
			if (this.question != null) {
				// A right that cannot be confirmed has run out.
				this.asking.authorization().logTimeout();
				stop();
				ReadRights.this.expire();
				return;
			}
			LoopSubscriptions home = ReadRights.this.client.home();
			Disposable.Swap question = Disposables.swap();
			this.question = question;
			home.defer(this, this.asking.authorization().timeout());
			question.update(OnLoop
				.deliver(home.loop(), this.asking.authorization().permit(this.asking.request(), ReadRights.this.client))
				.subscribe(this::answered, (ex) -> failed(), null, this.asking.context()));
		}

		private void answered(ReadRights granted) {
			if (this.question == null) {
				return;
			}
			stop();
			renew(granted);
			if (ReadRights.this.subscription != null) {
				ReadRights.this.client.home().defer(this, this.asking.maxAge());
			}
		}

		private void failed() {
			if (this.question != null) {
				stop();
				ReadRights.this.expire();
			}
		}

		private void stop() {
			unlink();
			Disposable question = this.question;
			this.question = null;
			if (question != null) {
				question.dispose();
			}
		}

	}

}
