package io.github.cometspring.channel;

import java.time.Duration;

/**
 * Signs grants: tokens by which a client that is not logged in may read one channel for a
 * limited time. {@link Channels#grant} calls it.
 * <p>
 * Implementations are thread-safe and do not block.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ChannelGrants {

	/**
	 * Signs nothing: each call fails.
	 */
	ChannelGrants NONE = (channel, validity) -> {
		throw new UnsupportedOperationException("These channels cannot sign grants");
	};

	/**
	 * Signs a grant. The channel need not exist yet.
	 * @param channel the id of the channel
	 * @param validity how long the grant is valid from now on
	 * @return the token, of characters that need no escaping in a header or an address.
	 * It is a secret: who has it may read the channel
	 * @throws InvalidChannelNameException if no channel can have this id
	 * @throws IllegalArgumentException if the validity is not positive or too long
	 * @throws IllegalStateException if no key is configured
	 * @throws UnsupportedOperationException if grants are not supported
	 */
	String grant(String channel, Duration validity);

}
