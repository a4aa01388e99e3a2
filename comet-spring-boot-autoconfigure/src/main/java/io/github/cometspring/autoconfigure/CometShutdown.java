package io.github.cometspring.autoconfigure;

import io.github.cometspring.subscription.Subscriptions;

import org.springframework.context.SmartLifecycle;

/**
 * Answers held polls before the web server's graceful shutdown begins to wait for them,
 * and serves again when the context is started again.
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
		this.subscriptions.resume();
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
	public boolean isPauseable() {
		// As little as the web server is.
		return false;
	}

	@Override
	public int getPhase() {
		// Above the phase of the graceful shutdown, which is below the default.
		return SmartLifecycle.DEFAULT_PHASE;
	}

}
