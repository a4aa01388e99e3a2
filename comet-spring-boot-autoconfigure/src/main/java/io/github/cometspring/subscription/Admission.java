package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.LateErrors;
import io.github.cometspring.channel.RateLimitedLog;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Checks the request of a client: whether it is within the limits, and which of its
 * channels exist. Thread-safe.
 */
final class Admission {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(Admission.class), System::nanoTime);

	/**
	 * Logs errors that arrive when the client no longer waits. Without this, Reactor
	 * would log each with its stack trace.
	 */
	private final Context lateErrors = LateErrors.passedTo(this::logUnavailable);

	private final ChannelBroker broker;

	private final @Nullable Authorization authorization;

	private final int maxChannels;

	Admission(ChannelBroker broker, @Nullable Authorization authorization, int maxChannels) {
		this.broker = broker;
		this.authorization = authorization;
		this.maxChannels = maxChannels;
	}

	/**
	 * Refuses a request that names too many channels.
	 */
	void checkSize(SubscriptionRequest request) {
		if (request.size() > this.maxChannels) {
			throw SubscriptionRejectedException.tooManyChannels(this.maxChannels);
		}
	}

	/**
	 * The authorization of clients.
	 * @return the authorization, or {@code null} if knowing an id is the permission to
	 * read
	 */
	@Nullable Authorization authorization() {
		return this.authorization;
	}

	Context lateErrors() {
		return this.lateErrors;
	}

	void logTimeout(Duration timeout) {
		this.log.warn("The channel broker did not find channels within %s; the client may try again".formatted(timeout),
				null);
	}

	/**
	 * Finds the channels that a client asks for.
	 * @param channels the ids, and the cursor at which to start each
	 * @return the channels that exist; also a {@link Callable} if the broker answers at
	 * once
	 * @throws BrokerUnavailableException if the broker fails at once
	 */
	Mono<Map<String, ChannelLog>> find(Map<String, Cursor> channels) {
		if (channels.isEmpty()) {
			return Mono.just(Map.of());
		}
		// A broker that answers at once returns a Callable, as Reactor's own sources do.
		return this.broker.findAll(channels);
	}

	/**
	 * The refusal of a client whose channels the broker cannot look up.
	 * @param request the request of the client
	 * @param cause the error of the broker
	 * @return the refusal, with the cursor of the client
	 */
	SubscriptionRejectedException unavailable(SubscriptionRequest request, BrokerUnavailableException cause) {
		logUnavailable(cause);
		return SubscriptionRejectedException.unavailable(request.cursor());
	}

	private void logUnavailable(Throwable cause) {
		this.log.warn("The channel broker cannot be reached; clients are told to try again", cause);
	}

	/**
	 * The value of a source that is a {@link Callable}.
	 */
	@SuppressWarnings("unchecked")
	static <T> T callNow(Mono<T> source) {
		try {
			return ((Callable<T>) source).call();
		}
		catch (RuntimeException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

}
