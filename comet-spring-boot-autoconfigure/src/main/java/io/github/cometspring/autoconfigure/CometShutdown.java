package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.IntSupplier;

import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import reactor.core.publisher.Flux;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.Environment;

/**
 * Answers held polls, and ends streams, before the web server's graceful shutdown waits
 * for them or cuts those that were taken over. Spring Boot has refused readiness by then.
 * From the first moment new requests are refused; the clients that wait are ended one
 * after the other, so that they do not come to the other nodes together. Serves again
 * when the context is started again.
 */
final class CometShutdown implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(CometShutdown.class);

	/** How long the clients that were ended last have to take their answers. */
	static final Duration GRACE = Duration.ofSeconds(2);

	private static final String PHASE_TIMEOUT = "spring.lifecycle.timeout-per-shutdown-phase";

	private static final Duration DEFAULT_PHASE_TIMEOUT = Duration.ofSeconds(30);

	private static final Duration INTERVAL = Duration.ofMillis(5);

	private final Subscriptions subscriptions;

	private final IntSupplier publications;

	private final Duration wanted;

	private final Duration spread;

	private volatile boolean running;

	/**
	 * Creates the shutdown of a node.
	 * @param subscriptions the clients
	 * @param publications how many requests of publishers are being answered
	 * @param spread the time over which they are ended, if the phase lasts so long
	 * @param phaseTimeout how long Spring waits for this to stop
	 */
	CometShutdown(Subscriptions subscriptions, IntSupplier publications, Duration spread, Duration phaseTimeout) {
		this.subscriptions = subscriptions;
		this.publications = publications;
		this.wanted = spread;
		this.spread = within(phaseTimeout, spread);
	}

	/**
	 * Cuts a spread so that the phase lasts for it and for the grace.
	 * @param phaseTimeout the timeout of the phase
	 * @param spread the spread that is wanted
	 * @return the spread, not negative
	 */
	static Duration within(Duration phaseTimeout, Duration spread) {
		Duration longest = phaseTimeout.minus(GRACE);
		return longest.isNegative() ? Duration.ZERO : (spread.compareTo(longest) > 0) ? longest : spread;
	}

	/**
	 * How long Spring waits for the beans of a phase to stop.
	 * @param environment the environment
	 * @return the timeout
	 */
	static Duration phaseTimeout(Environment environment) {
		return Binder.get(environment).bind(PHASE_TIMEOUT, Duration.class).orElse(DEFAULT_PHASE_TIMEOUT);
	}

	@Override
	public void start() {
		if (!this.running && !this.spread.equals(this.wanted)) {
			logger.warn(
					"Clients are ended within %s at shutdown, not within the %s of comet.shutdown.spread: %s allows no more"
						.formatted(this.spread, this.wanted, PHASE_TIMEOUT));
		}
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
		this.running = false;
		this.subscriptions.shutDown(this.spread);
		// The server would cut those that were taken over before they have received the
		// end, and publishers on the fast path, which it does not know, before their
		// answer.
		Flux.interval(Duration.ZERO, INTERVAL)
			.take(this.spread.plus(GRACE))
			.takeUntil((tick) -> allHaveEnded())
			.doFinally((signal) -> callback.run())
			.subscribe();
	}

	private boolean allHaveEnded() {
		return this.publications.getAsInt() == 0 && Arrays.stream(Transport.values())
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
