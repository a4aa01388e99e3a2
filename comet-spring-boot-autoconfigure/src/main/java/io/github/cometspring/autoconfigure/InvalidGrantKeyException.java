package io.github.cometspring.autoconfigure;

import io.github.cometspring.security.GrantKey;

/**
 * Thrown at start when a key of grants or of publishers is too short. It does not contain
 * the key, as the analysis of a start that has failed is logged.
 */
class InvalidGrantKeyException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final int number;

	private final int length;

	/**
	 * Creates an exception.
	 * @param number the number of the key in the list, from 1 on
	 * @param length its length in characters
	 */
	InvalidGrantKeyException(int number, int length) {
		this("comet.grants.keys", number, length);
	}

	/**
	 * Creates an exception.
	 * @param property the property with the keys
	 * @param number the number of the key in the list, from 1 on
	 * @param length its length in characters
	 */
	InvalidGrantKeyException(String property, int number, int length) {
		super("Key %d has %d characters and needs at least %d (%s)".formatted(number, length, GrantKey.MIN_LENGTH,
				property));
		this.property = property;
		this.number = number;
		this.length = length;
	}

	String getProperty() {
		return this.property;
	}

	int getNumber() {
		return this.number;
	}

	int getLength() {
		return this.length;
	}

}
