package io.github.cometspring.channel;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the {@link ChannelBroker} cannot reach the store behind it at the moment.
 * The result of the call is unknown: a message may have been published or not. New
 * clients are told to try again; clients that are waiting go on waiting.
 *
 * @since 0.1.0
 */
public class BrokerUnavailableException extends ChannelException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param cause the error that the broker got, or {@code null} if it did not try
	 */
	public BrokerUnavailableException(@Nullable Throwable cause) {
		super("The channel broker cannot be reached (try again later)", cause);
	}

}
