package io.github.cometspring.metrics;

import io.github.cometspring.subscription.EndReason;

/**
 * What became of messages that were written to clients.
 */
enum DeliveryOutcome {

	/**
	 * The operating system has taken them.
	 */
	DELIVERED("delivered"),

	/**
	 * The connection ended before.
	 */
	FAILED("failed"),

	/**
	 * The client did not take them within the write timeout.
	 */
	TIMED_OUT("timed-out");

	private final String id;

	DeliveryOutcome(String id) {
		this.id = id;
	}

	String id() {
		return this.id;
	}

	/**
	 * The outcome of messages that were not delivered.
	 */
	static DeliveryOutcome of(EndReason reason) {
		return (reason == EndReason.WRITE_TIMED_OUT) ? TIMED_OUT : FAILED;
	}

}
