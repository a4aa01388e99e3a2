package io.github.cometspring.security;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * SPI: decides who may read which channel. Declare a bean of this type; without one,
 * knowing the id of a channel is the permission to read it.
 * <p>
 * It is asked for every id that a client names, before it is known whether there is such
 * a channel, so that nobody can find out which ids exist. One refusal refuses the whole
 * request (403). An empty answer or an error refuses.
 * <p>
 * Implementations are thread-safe and do not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ChannelAuthorizer {

	/**
	 * Decides whether a client may read a channel.
	 * @param principal the user who is logged in, or {@code null} if nobody is
	 * @param channel the id as the client named it, of whatever shape
	 * @return {@code true} to permit
	 */
	Mono<Boolean> mayRead(@Nullable Principal principal, String channel);

}
