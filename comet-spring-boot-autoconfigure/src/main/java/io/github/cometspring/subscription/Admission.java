package io.github.cometspring.subscription;

import java.security.Principal;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * Decides on what a client asks for: is it within the limits, is the client authorized,
 * which of the channels are known. Thread-safe.
 */
final class Admission {

	private static final Logger logger = Loggers.getLogger(Admission.class);

	private final ChannelBroker broker;

	private final @Nullable ChannelAuthorizer authorizer;

	private final int maxChannels;

	Admission(ChannelBroker broker, @Nullable ChannelAuthorizer authorizer, int maxChannels) {
		this.broker = broker;
		this.authorizer = authorizer;
		this.maxChannels = maxChannels;
	}

	/**
	 * Admits a request.
	 * @param request the request
	 * @return the channels that are known; also a {@link Callable} where the decision can
	 * be made at once. Or {@link SubscriptionRejectedException}
	 */
	Mono<Map<String, ChannelLog>> admit(SubscriptionRequest request) {
		if (request.channels().size() > this.maxChannels) {
			return Mono.error(new SubscriptionRejectedException(Reason.TOO_MANY_CHANNELS,
					"Too many channels: at most %d in one request".formatted(this.maxChannels)));
		}
		ChannelAuthorizer authorizer = this.authorizer;
		if (authorizer == null) {
			return find(request.channels());
		}
		return request.principal()
			.map(Optional::of)
			.defaultIfEmpty(Optional.empty())
			.flatMap((principal) -> Flux.fromIterable(request.channels().keySet())
				.concatMap((channel) -> mayRead(authorizer, principal.orElse(null), channel))
				.all((permitted) -> permitted))
			.flatMap((permitted) -> permitted ? find(request.channels())
					: Mono.error(new SubscriptionRejectedException(Reason.FORBIDDEN, "Not authorized")));
	}

	private static Mono<Boolean> mayRead(ChannelAuthorizer authorizer, @Nullable Principal principal, String channel) {
		return Mono.defer(() -> authorizer.mayRead(principal, channel)).defaultIfEmpty(false).onErrorResume((ex) -> {
			logger.warn("The channel authorizer failed; access is refused", ex);
			return Mono.just(false);
		});
	}

	/**
	 * The living channels, and of the closed those that a client has been reading.
	 */
	private Mono<Map<String, ChannelLog>> find(Map<String, Cursor> channels) {
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
