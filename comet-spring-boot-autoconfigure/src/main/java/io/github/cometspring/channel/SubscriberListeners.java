package io.github.cometspring.channel;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import reactor.core.Disposable;

/**
 * The listeners of {@link ChannelLog#onSubscribersChange(Runnable)}, for a log that knows
 * when its number of clients changes.
 * <p>
 * Thread-safe. Without listeners a change costs a look at an empty list, because each
 * poll joins and leaves.
 *
 * @since 0.1.0
 */
public final class SubscriberListeners {

	private final List<Entry> entries = new CopyOnWriteArrayList<>();

	/**
	 * Creates an empty list.
	 */
	public SubscriberListeners() {
	}

	/**
	 * Adds a listener.
	 * @param listener is called after each change
	 * @return removes it
	 */
	public Disposable add(Runnable listener) {
		Entry entry = new Entry(listener);
		this.entries.add(entry);
		return entry;
	}

	/**
	 * Calls all listeners, after the number has changed.
	 */
	public void changed() {
		if (!this.entries.isEmpty()) {
			this.entries.forEach((entry) -> entry.listener.run());
		}
	}

	private final class Entry implements Disposable {

		private final Runnable listener;

		Entry(Runnable listener) {
			this.listener = listener;
		}

		@Override
		public void dispose() {
			SubscriberListeners.this.entries.remove(this);
		}

	}

}
