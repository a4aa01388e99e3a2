package io.github.cometspring.autoconfigure;

import io.github.cometspring.subscription.Subscriptions;

import org.springframework.context.SmartLifecycle;

/**
 * Answers held polls before the web server's graceful shutdown begins to wait for them.
 */
final class CometShutdown implements SmartLifecycle {

	private final Subscriptions subscriptions;

	private volatile boolean running;

	CometShutdown(Subscriptions subscriptions) {
		this.subscriptions = subscriptions;
	}

	@Override
	public void start() {
		this.running = true;
	}

	@Override
	public void stop() {
		this.running = false;
		this.subscriptions.shutDown();
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		// Above the phase of the graceful shutdown, which is below the default.
		return SmartLifecycle.DEFAULT_PHASE;
	}

}
