package io.github.cometspring.redis;

/**
 * Thrown at start when the Redis that is configured is none that this version can work
 * with.
 *
 * @since 0.1.0
 */
public class IncompatibleRedisException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what is wrong, and the way out
	 */
	public IncompatibleRedisException(String message) {
		super(message);
	}

}
