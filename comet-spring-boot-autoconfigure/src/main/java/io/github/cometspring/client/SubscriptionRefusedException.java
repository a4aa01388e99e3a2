package io.github.cometspring.client;

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
	 * Creates an exception.
	 * @param status the status of the server's answer
	 * @param detail what the server says, or {@code null} if it says nothing
	 */
	public SubscriptionRefusedException(int status, @Nullable String detail) {
		super("Server refuses the subscription: status %d%s".formatted(status, (detail != null) ? ", " + detail : ""));
		this.status = status;
	}

	/**
	 * The status of the server's answer.
	 * @return the status code, such as 400 or 403
	 */
	public int getStatus() {
		return this.status;
	}

}
