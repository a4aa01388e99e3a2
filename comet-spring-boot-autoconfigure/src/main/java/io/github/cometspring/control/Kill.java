package io.github.cometspring.control;

/**
 * Why everything that waits is to end.
 *
 * @since 0.1.0
 */
public enum Kill {

	/**
	 * The service has been deactivated.
	 */
	DEACTIVATED,

	/**
	 * The timeout has been changed, and what began with the old one is not to go on.
	 */
	TIMEOUT_CHANGED

}
