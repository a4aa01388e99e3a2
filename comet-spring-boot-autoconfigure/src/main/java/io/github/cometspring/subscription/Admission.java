package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Loggers;

/**
 * Decides on what a client asks for: is it within the limits, is the client authorized,
 * which of the channels are known. Thread-safe.
 */
final class Admission {

	private final SparingLog log = new SparingLog(Loggers.getLogger(Admission.class), System::nanoTime);

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

	void noteTimeout(Duration timeout) {
		this.log.warn("The channel broker did not find channels within %s; the client may try again".formatted(timeout),
				null);
	}

	/**
	 * Finds the living channels, and of the closed those that a client has been reading.
	 * @param channels the ids, and where to start each
	 * @return the channels that are known; also a {@link Callable} where they are known
	 * at once
	 */
	Mono<Map<String, ChannelLog>> find(Map<String, Cursor> channels) {
		Mono<Map<String, ChannelLog>> living = this.broker.findAll(channels.keySet());
		// A broker that knows at once says so as Reactor's own sources do.
		if (living instanceof Callable<?>) {
			Map<String, ChannelLog> found = callNow(living);
			return (found.size() == channels.size()) ? Mono.just(found) : withClosed(channels, found);
		}
		return living.flatMap((found) -> withClosed(channels, found));
	}

	private Mono<Map<String, ChannelLog>> withClosed(Map<String, Cursor> channels, Map<String, ChannelLog> living) {
		return Flux.fromIterable(channels.entrySet())
			.filter((start) -> !living.containsKey(start.getKey()) && start.getValue().knows(start.getKey()))
			.concatMap((start) -> this.broker.findClosed(start.getKey()))
			.collectMap(ChannelLog::id, Function.identity(), () -> new HashMap<>(living));
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
