package io.github.cometspring.web;

import java.util.concurrent.TimeoutException;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.MonoSink;

/**
 * What the client of a WebSocket waits for since it has changed its channels: an answer
 * with the cursor, a pong, and the completion of the change. Belongs to the event loop of
 * the socket.
 */
final class PendingChange {

	/**
	 * The ping in a change of channels. Its pong is in the first batch after the change,
	 * to show that the cursor of that batch covers the change.
	 */
	private @Nullable Long ping;

	/**
	 * Whether the client waits for the starting cursor of its channels.
	 */
	private boolean answerPending;

	/**
	 * Completes when the client has taken a batch that covers the last change.
	 */
	private @Nullable MonoSink<Void> covered;

	/**
	 * Adds a change.
	 * @param answer whether the client waits for the starting cursor
	 * @param ping the ping that the change came with, or {@code null} if there was none
	 */
	void add(boolean answer, @Nullable Long ping) {
		if (ping != null) {
			this.ping = ping;
		}
		this.answerPending = this.answerPending || answer || this.ping != null;
	}

	/**
	 * Sets what completes when the client has taken a batch that covers the last change.
	 */
	void cover(MonoSink<Void> covered) {
		this.covered = covered;
	}

	boolean isAnswerPending() {
		return this.answerPending;
	}

	/**
	 * Records that a batch answers the change.
	 * @return the ping that the batch answers, too, or {@code null} for none
	 */
	@Nullable Long answer() {
		Long ping = this.ping;
		this.answerPending = false;
		this.ping = null;
		return ping;
	}

	/**
	 * Removes what completes when the client has taken the batch that is written now.
	 */
	@Nullable MonoSink<Void> takeCovered() {
		MonoSink<Void> covered = this.covered;
		this.covered = null;
		return covered;
	}

	/**
	 * Fails the change, as the client is gone. While a change waits for its answer, no
	 * later frame of the client is read, and so not the end of the connection.
	 */
	void fail() {
		fail(this.covered);
	}

	/**
	 * Fails a change that waits for a batch to be taken.
	 */
	static void fail(@Nullable MonoSink<Void> covered) {
		if (covered != null) {
			covered.error(new TimeoutException());
		}
	}

}
