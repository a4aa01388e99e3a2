package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Consumer;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;
import reactor.util.context.Context;

/**
 * Decides on what a client asks for: is it within the limits, is the client authorized,
 * which of the channels are known. Thread-safe.
 */
final class Admission {

	private final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(Admission.class), System::nanoTime);

	/**
	 * Takes errors that come when the client waits no more; Reactor would log each with
	 * its stack trace.
	 */
	private final Context lateErrors = Context.of("reactor.onErrorDropped.local",
			(Consumer<Throwable>) this::noteUnavailable);

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
	 * Who decides what clients may read.
	 * @return the authorization, or {@code null} if whoever knows an id may
	 */
	@Nullable Authorization authorization() {
		return this.authorization;
	}

	Context lateErrors() {
		return this.lateErrors;
	}

	void noteTimeout(Duration timeout) {
		this.log.warn("The channel broker did not find channels within %s; the client may try again".formatted(timeout),
				null);
	}

	/**
	 * Finds the channels that a client asks for.
	 * @param channels the ids, and where to start each
	 * @return the channels that are known; also a {@link Callable} where they are known
	 * at once
	 * @throws BrokerUnavailableException if it is known at once that nobody can say
	 */
	Mono<Map<String, ChannelLog>> find(Map<String, Cursor> channels) {
		if (channels.isEmpty()) {
			return Mono.just(Map.of());
		}
		// A broker that knows at once says so as Reactor's own sources do.
		return this.broker.findAll(channels);
	}

	/**
	 * The refusal of a client that nobody can tell of its channels.
	 * @param request what the client asks for
	 * @param cause why
	 * @return the refusal, with the place where the client stands
	 */
	SubscriptionRejectedException unavailable(SubscriptionRequest request, BrokerUnavailableException cause) {
		noteUnavailable(cause);
		return SubscriptionRejectedException.unavailable(request.cursor());
	}

	private void noteUnavailable(Throwable cause) {
		this.log.warn("The channel broker cannot be reached; clients are told to try again", cause);
	}

	/**
	 * The value of a source that has it at once.
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
