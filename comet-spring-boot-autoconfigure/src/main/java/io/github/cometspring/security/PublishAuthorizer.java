package io.github.cometspring.security;

import java.security.Principal;
import java.util.LinkedHashSet;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * SPI: decides who may publish on which channel over HTTP. Declare a bean of this type;
 * without one, only those who present one of {@code comet.publish.keys} may publish. It
 * is not asked about them, and not about what the application itself publishes.
 * <p>
 * It is called for every id that a publisher names, before the channel is looked up, so
 * that publishers cannot find out which ids exist. An empty answer refuses the channel.
 * An error refuses all channels of the request, and is logged at most once a minute. If
 * an answer takes longer than {@code comet.authorization.timeout}, the request is refused
 * and may be tried again later (503).
 * <p>
 * It is subscribed to with the Reactor context of the request, so that
 * {@code ReactiveSecurityContextHolder} works inside.
 * <p>
 * Implementations are thread-safe and do not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface PublishAuthorizer {

	/**
	 * Decides whether a publisher may publish on a channel.
	 * @param principal the user who is logged in, or {@code null} if no user is
	 * @param channel the id as the publisher named it, valid or not
	 * @return {@code true} to permit
	 */
	Mono<Boolean> mayPublish(@Nullable Principal principal, String channel);

	/**
	 * Decides on which channels of a request a publisher may publish. By default, this
	 * calls {@link #mayPublish} for each channel, one after the other. To see the whole
	 * request, override this method, which is the one that is called.
	 * @param request the request of the publisher
	 * @return the ids of the channels that are permitted; others are refused
	 */
	default Mono<Set<String>> authorize(PublishRequest request) {
		return Flux.fromIterable(request.channels())
			.filterWhen((channel) -> decide(request.principal(), channel))
			.collect(LinkedHashSet::new, Set::add);
	}

	private Mono<Boolean> decide(@Nullable Principal principal, String channel) {
		try {
			// Hidden, as Reactor would throw an error that it knows beforehand.
			return Objects.requireNonNull(mayPublish(principal, channel)).hide();
		}
		// Also errors, because the publisher must get an answer.
		catch (Throwable ex) {
			return Mono.<Boolean>error(ex).hide();
		}
	}

}
