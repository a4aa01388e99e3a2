package io.github.cometspring.autoconfigure;

/**
 * Thrown at start when a pattern of {@code comet.channels} is invalid.
 */
class InvalidChannelPatternException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String property;

	private final String reason;

	/**
	 * Creates an exception.
	 * @param property the property with the pattern
	 * @param reason the rule that it breaks, without a full stop
	 */
	InvalidChannelPatternException(String property, String reason) {
		super("%s: %s".formatted(property, reason));
		this.property = property;
		this.reason = reason;
	}

	String getProperty() {
		return this.property;
	}

	String getReason() {
		return this.reason;
	}

}
