package io.github.cometspring.client;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when the server refuses a subscription for good: a bad request, channels that
 * the client may not read, or no such endpoint.
 *
 * @since 0.1.0
 */
public class SubscriptionRefusedException extends CometClientException {

	private static final long serialVersionUID = 1L;

	/**
	 * The status of the server's answer.
	 */
	private final int status;

	/**
	 * The ids of the channels that are refused.
	 */
	private final String[] channels;

	/**
	 * Creates an exception.
	 * @param status the status of the server's answer
	 * @param detail the detail in the server's answer, or {@code null} if there is none
	 * @param channels the ids of the channels that are refused; empty if the server names
	 * none
	 */
	public SubscriptionRefusedException(int status, @Nullable String detail, List<String> channels) {
		super("Server refuses the subscription: status %d%s".formatted(status, (detail != null) ? ", " + detail : ""));
		this.status = status;
		this.channels = channels.toArray(String[]::new);
	}

	/**
	 * The status of the server's answer.
	 * @return the status code, such as 400 or 403
	 */
	public int getStatus() {
		return this.status;
	}

	/**
	 * The channels that are refused.
	 * @return their ids; empty if the server names none
	 */
	public List<String> getChannels() {
		return List.of(this.channels);
	}

}
