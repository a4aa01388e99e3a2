package io.github.cometspring.web;

import java.io.EOFException;

/**
 * What a client was sent was not taken in time: it does not read, or somebody in the
 * application holds it back. Ends the connection of the client. Its type tells Spring
 * that the client is to blame.
 */
final class StalledClientException extends EOFException {

	private static final long serialVersionUID = 1L;

	StalledClientException() {
		super("The client did not take what it was sent");
	}

}
