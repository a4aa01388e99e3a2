package io.github.cometspring.security;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * SPI: decides who may read which channel. Declare a bean of this type; without one,
 * knowing the id of a channel is the permission to read it.
 * <p>
 * It is called for every id that a client names, before the channel is looked up, so that
 * clients cannot find out which ids exist. A refusal concerns one channel: the client is
 * told, and gets the others. An empty answer or an error refuses the channel, and an
 * error is logged at most once a minute. If an answer takes longer than
 * {@code comet.authorization.timeout}, the client is refused and may try again later
 * (503).
 * <p>
 * It is subscribed to with the Reactor context of the client's request, so that
 * {@code ReactiveSecurityContextHolder} works inside. On a WebSocket the context is that
 * of the handshake, and it is called each time the client changes its channels.
 * <p>
 * Implementations are thread-safe and do not block. They are called for several channels
 * of a client at the same time.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ChannelAuthorizer {

	/**
	 * Decides whether a client may read a channel.
	 * @param principal the user who is logged in, or {@code null} if no user is
	 * @param channel the id as the client named it, valid or not
	 * @return {@code true} to permit
	 */
	Mono<Boolean> mayRead(@Nullable Principal principal, String channel);

}
