package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.github.cometspring.channel.RateLimitedLog;
import reactor.util.Loggers;

/**
 * Calls several listeners, and logs their errors. Thread-safe.
 */
final class GuardedListeners implements SubscriptionListener {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(SubscriptionListener.class),
			System::nanoTime);

	private final SubscriptionListener[] listeners;

	GuardedListeners(List<SubscriptionListener> listeners) {
		this.listeners = listeners.toArray(SubscriptionListener[]::new);
	}

	/**
	 * All listeners as one.
	 * @param listeners the listeners, perhaps none
	 * @return a listener that calls them all, or {@link #NONE} itself
	 */
	static SubscriptionListener of(List<SubscriptionListener> listeners) {
		return listeners.isEmpty() ? NONE : new GuardedListeners(listeners);
	}

	private void forEach(Consumer<SubscriptionListener> event) {
		for (SubscriptionListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			// Also errors: a failing listener must not affect the client.
			catch (Throwable ex) {
				failed(ex);
			}
		}
	}

	private void failed(Throwable ex) {
		this.log.warn("A listener to subscriptions failed", ex);
	}

	// The events of every poll allocate nothing.

	@Override
	public void connected(Transport transport) {
		for (SubscriptionListener listener : this.listeners) {
			try {
				listener.connected(transport);
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
	}

	@Override
	public void subscribed(Transport transport, Set<String> channels) {
		for (SubscriptionListener listener : this.listeners) {
			try {
				listener.subscribed(transport, channels);
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
	}

	@Override
	public void delivered(Transport transport, long messages) {
		forEach((listener) -> listener.delivered(transport, messages));
	}

	@Override
	public void notDelivered(Transport transport, EndReason reason, long messages) {
		forEach((listener) -> listener.notDelivered(transport, reason, messages));
	}

	@Override
	public void sent(Transport transport, long bytes) {
		forEach((listener) -> listener.sent(transport, bytes));
	}

	@Override
	public void walked(Duration lag) {
		forEach((listener) -> listener.walked(lag));
	}

	@Override
	public void gap(Transport transport, String channel) {
		forEach((listener) -> listener.gap(transport, channel));
	}

	@Override
	public void channelsRefused(Transport transport, Refusals refused) {
		forEach((listener) -> listener.channelsRefused(transport, refused));
	}

	@Override
	public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
		forEach((listener) -> listener.refused(transport, reason));
	}

	@Override
	public void ended(Transport transport, EndReason reason) {
		for (SubscriptionListener listener : this.listeners) {
			try {
				listener.ended(transport, reason);
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}
	}

}
