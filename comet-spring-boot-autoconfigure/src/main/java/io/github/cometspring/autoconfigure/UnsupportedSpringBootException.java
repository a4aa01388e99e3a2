package io.github.cometspring.autoconfigure;

/**
 * Thrown at start on a Spring Boot that Comet cannot work with.
 */
class UnsupportedSpringBootException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String version;

	UnsupportedSpringBootException(String version) {
		super("Comet works with Spring Boot 4.0 and 4.1, not with %s".formatted(version));
		this.version = version;
	}

	String getVersion() {
		return this.version;
	}

}
