package io.github.cometspring.subscription;

import io.github.cometspring.channel.PublicationObserver;
import io.github.cometspring.channel.RateLimitedLog;
import org.jspecify.annotations.Nullable;
import reactor.util.Loggers;

/**
 * Calls an observer of publications, and logs its errors: they must not keep a message
 * from the clients. Thread-safe.
 */
final class GuardedObserver implements PublicationObserver {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(PublicationObserver.class),
			System::nanoTime);

	private final PublicationObserver observer;

	private GuardedObserver(PublicationObserver observer) {
		this.observer = observer;
	}

	/**
	 * Guards an observer.
	 * @param observer the observer
	 * @return an observer that calls it, or {@link #NONE} itself
	 */
	static PublicationObserver of(PublicationObserver observer) {
		return (observer != NONE) ? new GuardedObserver(observer) : NONE;
	}

	@Override
	public @Nullable Walk deliver(String channel) {
		try {
			Walk walk = this.observer.deliver(channel);
			return (walk != null) ? new GuardedWalk(walk) : null;
		}
		// Also errors, as for listeners
		catch (Throwable ex) {
			failed(ex);
			return null;
		}
	}

	private void failed(Throwable ex) {
		this.log.warn("An observer of publications failed", ex);
	}

	/**
	 * A walk whose observer may fail.
	 */
	private final class GuardedWalk implements Walk {

		private final Walk walk;

		private GuardedWalk(Walk walk) {
			this.walk = walk;
		}

		@Override
		public void begin(int clients) {
			try {
				this.walk.begin(clients);
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}

		@Override
		public void end() {
			try {
				this.walk.end();
			}
			catch (Throwable ex) {
				failed(ex);
			}
		}

	}

}
