package io.github.cometspring.security;

import java.security.Principal;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * SPI: decides who may read which channel, and until when. Declare a bean of this type;
 * without one, knowing the id of a channel is the permission to read it.
 * <p>
 * Most applications decide channel by channel and implement {@link #mayRead}; a
 * permission then ends with the log-in of the user. To see the whole request or to decide
 * on all channels at once, override {@link #authorize}, which is the method that is
 * called.
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
 * When a permission ends, the client is disconnected as expired: it gets a new token and
 * resumes where it was.
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

	/**
	 * Decides which channels of a subscription a client may read, and until when. By
	 * default, this calls {@link #mayRead} for each channel, and permissions end at the
	 * {@linkplain ReadRequest#expiry() expiry} of the request.
	 * @param request the request of the client, with all channels of its subscription
	 * @return the decisions; channels that they do not mention are refused
	 */
	default Mono<ReadDecisions> authorize(ReadRequest request) {
		return new EachChannel(this).authorize(request);
	}

	/**
	 * Combines this with another authorizer. A channel is permitted if one of them
	 * permits it, until the later of their permissions ends. If one of them fails, the
	 * other decides.
	 * @param other the other authorizer
	 * @return the combination
	 */
	default ChannelAuthorizer or(ChannelAuthorizer other) {
		return new EitherAuthorizer(this, other);
	}

}
