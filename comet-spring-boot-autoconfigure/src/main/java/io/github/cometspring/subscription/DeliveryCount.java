package io.github.cometspring.subscription;

import java.time.Duration;

/**
 * Counts the messages and bytes that are delivered to the clients of one event loop
 * during a walk, and calls the listener once. Confined to its event loop.
 */
final class DeliveryCount {

	private static final Transport[] TRANSPORTS = Transport.values();

	private final SubscriptionListener listener;

	private final long[] messages = new long[TRANSPORTS.length];

	private final long[] bytes = new long[TRANSPORTS.length];

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
	 * Counts what was written.
	 * @param transport the transport of the client
	 * @param messages the number of messages
	 * @param bytes the number of bytes
	 */
	void add(Transport transport, int messages, int bytes) {
		if (this.walking) {
			this.messages[transport.ordinal()] += messages;
			this.bytes[transport.ordinal()] += bytes;
		}
		else {
			report(transport, messages, bytes);
		}
	}

	/**
	 * Reports what was written. Any thread may call this.
	 */
	void report(Transport transport, long messages, long bytes) {
		if (messages > 0) {
			this.listener.delivered(transport, messages);
		}
		if (bytes > 0) {
			this.listener.sent(transport, bytes);
		}
	}

	/**
	 * A walk has ended.
	 */
	void end() {
		this.walking = false;
		if (!isObserved()) {
			return;
		}
		for (int i = 0; i < this.messages.length; i++) {
			long messages = this.messages[i];
			long bytes = this.bytes[i];
			this.messages[i] = 0;
			this.bytes[i] = 0;
			report(TRANSPORTS[i], messages, bytes);
		}
	}

	/**
	 * Whether anything is counted.
	 * @return {@code false} if there is no listener
	 */
	boolean isObserved() {
		return this.listener != SubscriptionListener.NONE;
	}

	/**
	 * All clients have been visited.
	 * @param lag the time since the publication
	 */
	void walked(Duration lag) {
		this.listener.walked(lag);
	}

}
