package io.github.cometspring.web;

import java.io.EOFException;

/**
 * A write to a client was not complete in time: the client does not read, or the
 * application holds the write back. Ends the connection of the client. Spring regards an
 * {@link EOFException} as a disconnected client, and logs no error.
 */
final class StalledClientException extends EOFException {

	private static final long serialVersionUID = 1L;

	StalledClientException() {
		super("The client did not take the bytes within the write timeout");
	}

}
