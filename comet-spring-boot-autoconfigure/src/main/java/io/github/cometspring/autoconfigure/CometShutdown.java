package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.Arrays;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import reactor.core.publisher.Flux;

import org.springframework.context.SmartLifecycle;

/**
 * Answers held polls, and ends streams, before the web server's graceful shutdown waits
 * for them or cuts those that were taken over. Serves again when the context is started
 * again.
 */
final class CometShutdown implements SmartLifecycle {

	private static final Duration INTERVAL = Duration.ofMillis(5);

	private static final Duration LONGEST = Duration.ofSeconds(5);

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
	public void stop(Runnable callback) {
		stop();
		// Many clients are ended slice by slice. The server would cut those that were
		// taken over before they have received the end.
		Flux.interval(Duration.ZERO, INTERVAL)
			.take(LONGEST)
			.takeUntil((tick) -> allHaveEnded())
			.doFinally((signal) -> callback.run())
			.subscribe();
	}

	private boolean allHaveEnded() {
		return Arrays.stream(Transport.values())
			.allMatch((transport) -> this.subscriptions.connections(transport) == 0);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public boolean isPauseable() {
		// The web server is not either.
		return false;
	}

	@Override
	public int getPhase() {
		// Above the phase of the graceful shutdown, which is below the default.
		return SmartLifecycle.DEFAULT_PHASE;
	}

}
