package io.github.cometspring.subscription;

/**
 * Counts the messages that are delivered to the clients of one event loop during a walk,
 * and calls the listener once. Confined to its event loop.
 */
final class DeliveryCount {

	private static final Transport[] TRANSPORTS = Transport.values();

	private final SubscriptionListener listener;

	private final long[] messages = new long[TRANSPORTS.length];

	private boolean walking;

	DeliveryCount(SubscriptionListener listener) {
		this.listener = listener;
	}

	/**
	 * A walk begins.
	 */
	void begin() {
		this.walking = true;
	}

	/**
	 * Counts messages that were written.
	 * @param transport the transport of the client
	 * @param messages the number of messages
	 */
	void add(Transport transport, int messages) {
		if (this.walking) {
			this.messages[transport.ordinal()] += messages;
		}
		else {
			this.listener.delivered(transport, messages);
		}
	}

	/**
	 * A walk has ended.
	 */
	void end() {
		this.walking = false;
		if (this.listener == SubscriptionListener.NONE) {
			return;
		}
		for (int i = 0; i < this.messages.length; i++) {
			long sum = this.messages[i];
			if (sum > 0) {
				this.messages[i] = 0;
				this.listener.delivered(TRANSPORTS[i], sum);
			}
		}
	}

}
