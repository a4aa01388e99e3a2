package io.github.cometspring.subscription;

import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import reactor.util.Loggers;

/**
 * Several listeners, none of which can break anything. Thread-safe.
 */
final class GuardedListeners implements SubscriptionListener {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(SubscriptionListener.class), System::nanoTime);

	private final List<SubscriptionListener> listeners;

	GuardedListeners(List<SubscriptionListener> listeners) {
		this.listeners = List.copyOf(listeners);
	}

	/**
	 * All listeners as one.
	 * @param listeners the listeners, perhaps none
	 * @return what tells them all, or {@link #NONE} itself
	 */
	static SubscriptionListener of(List<SubscriptionListener> listeners) {
		return listeners.isEmpty() ? NONE : new GuardedListeners(listeners);
	}

	private void tell(Consumer<SubscriptionListener> event) {
		for (SubscriptionListener listener : this.listeners) {
			try {
				event.accept(listener);
			}
			// Whatever it is, it is not the client's.
			catch (Throwable ex) {
				this.log.warn("A listener to subscriptions failed", ex);
			}
		}
	}

	@Override
	public void connected(Transport transport) {
		tell((listener) -> listener.connected(transport));
	}

	@Override
	public void subscribed(Transport transport, Set<String> channels) {
		tell((listener) -> listener.subscribed(transport, channels));
	}

	@Override
	public void delivered(Transport transport, long messages) {
		tell((listener) -> listener.delivered(transport, messages));
	}

	@Override
	public void gap(Transport transport, String channel) {
		tell((listener) -> listener.gap(transport, channel));
	}

	@Override
	public void channelsRefused(Transport transport, Refusals refused) {
		tell((listener) -> listener.channelsRefused(transport, refused));
	}

	@Override
	public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
		tell((listener) -> listener.refused(transport, reason));
	}

	@Override
	public void ended(Transport transport, EndReason reason) {
		tell((listener) -> listener.ended(transport, reason));
	}

}
