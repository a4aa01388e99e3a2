package io.github.cometspring.redis;

import java.util.concurrent.atomic.AtomicBoolean;

import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.channel.ChannelListener;

/**
 * Reports the end of a channel to the listener, once. The end of a channel that had ended
 * before this node knew it is not reported. Thread-safe.
 */
final class EndReport implements Runnable {

	private final String id;

	private final ChannelListener listener;

	private final AtomicBoolean reported;

	private volatile ChannelEnd reason = ChannelEnd.UNKNOWN;

	EndReport(String id, boolean ended, ChannelListener listener) {
		this.id = id;
		this.reported = new AtomicBoolean(ended);
		this.listener = listener;
	}

	/**
	 * Sets the reason that is reported if the channel ends.
	 */
	void expect(ChannelEnd reason) {
		this.reason = reason;
	}

	@Override
	public void run() {
		if (this.reported.compareAndSet(false, true)) {
			this.listener.ended(this.id, this.reason);
		}
	}

}
