package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the {@link ChannelBroker} cannot be asked, because what is behind it cannot
 * be reached at the moment. Nothing is known of what was asked: a message may have been
 * published or not. Clients are told to come again; those that wait go on waiting.
 *
 * @since 0.1.0
 */
public class BrokerUnavailableException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param cause what the broker met, or {@code null} if it knows without trying
	 */
	public BrokerUnavailableException(@Nullable Throwable cause) {
		super("The channel broker cannot be reached (try again later)", cause);
	}

}
