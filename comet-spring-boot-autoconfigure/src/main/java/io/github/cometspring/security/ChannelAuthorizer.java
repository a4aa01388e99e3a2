package io.github.cometspring.security;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * SPI: decides who may read which channel. Declare a bean of this type; without one,
 * knowing the id of a channel is the permission to read it.
 * <p>
 * It is asked for every id that a client names, before it is known whether there is such
 * a channel, so that nobody can find out which ids exist. A refusal concerns one channel:
 * the client is told, and gets the others. An empty answer or an error refuses, and is
 * logged once a minute at the most. An answer that takes longer than
 * {@code comet.authorization.timeout} sends the client away for a while (503).
 * <p>
 * It is asked with the Reactor context of the client's request, so that
 * {@code ReactiveSecurityContextHolder} works inside, and on a WebSocket with that of its
 * handshake, each time when the client changes what it listens to.
 * <p>
 * Implementations are thread-safe and do not block; they are asked for several channels
 * of a client at the same time.
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
