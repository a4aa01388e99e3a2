package io.github.cometspring.subscription;

import java.util.EnumMap;
import java.util.Map;

import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Logs that clients are refused because a limit of connections is reached: at most one
 * line a minute for each limit, however many clients there are. Thread-safe.
 */
final class RefusalLog {

	private final Map<Reason, RateLimitedLog> logs = new EnumMap<>(Reason.class);

	RefusalLog() {
		Logger logger = Loggers.getLogger(RefusalLog.class);
		for (Reason reason : new Reason[] { Reason.TOO_MANY_CONNECTIONS, Reason.TOO_MANY_FROM_ADDRESS,
				Reason.TOO_MANY_OF_USER }) {
			this.logs.put(reason, new RateLimitedLog(logger, System::nanoTime));
		}
	}

	/**
	 * Logs a refusal, if it is because of such a limit.
	 */
	void log(SubscriptionRejectedException refusal) {
		RateLimitedLog log = this.logs.get(refusal.getReason());
		if (log != null) {
			String subject = refusal.subject();
			log.warn("Clients are refused: " + refusal.getMessage()
					+ ((subject != null) ? ", the last one '" + LogText.of(subject) + "'" : ""), null);
		}
	}

}
