package io.github.cometspring.autoconfigure;

/**
 * Thrown at start when the application has a handler of its own on the comet path.
 */
class CometPathTakenException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String path;

	private final String handler;

	CometPathTakenException(String path, String handler) {
		super("The path '%s' of Comet is taken by %s (comet.path)".formatted(path, handler));
		this.path = path;
		this.handler = handler;
	}

	String getPath() {
		return this.path;
	}

	String getHandler() {
		return this.handler;
	}

}
