package io.github.cometspring.autoconfigure;

import io.github.cometspring.security.GrantKey;

/**
 * Thrown at start when a key of grants is too short. It does not contain the key, as the
 * analysis of a start that has failed is logged.
 */
class InvalidGrantKeyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final int number;

	private final int length;

	/**
	 * Creates an exception.
	 * @param number the number of the key in the list, from 1 on
	 * @param length its length in characters
	 */
	InvalidGrantKeyException(int number, int length) {
		super("Key %d of grants has %d characters and needs at least %d (comet.grants.keys)".formatted(number, length,
				GrantKey.MIN_LENGTH));
		this.number = number;
		this.length = length;
	}

	int getNumber() {
		return this.number;
	}

	int getLength() {
		return this.length;
	}

}
