package io.github.cometspring.client;

import io.github.cometspring.channel.Cursor;

/**
 * Thrown when the right to read has run out, or an operator has disconnected the user,
 * and the client has nothing that could give it another token. To miss nothing, log in
 * and subscribe again from the {@linkplain #getCursor() cursor}.
 *
 * @since 0.1.0
 */
public class LogInExpiredException extends CometClientException {

	private static final long serialVersionUID = 1L;

	/**
	 * Where the subscription ended.
	 */
	private final transient Cursor cursor;

	/**
	 * Creates an exception.
	 * @param cursor where the subscription ended
	 */
	public LogInExpiredException(Cursor cursor) {
		super("Log-in has expired, and the client has no source of tokens: use CometClientOptions.withToken, "
				+ "or a filter of the WebClient");
		this.cursor = cursor;
	}

	/**
	 * Where the subscription ended.
	 * @return the cursor after the last message that it has received
	 */
	public Cursor getCursor() {
		return this.cursor;
	}

}
