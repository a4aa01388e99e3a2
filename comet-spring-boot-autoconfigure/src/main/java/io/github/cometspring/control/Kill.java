package io.github.cometspring.control;

/**
 * Why all waiting clients are to end.
 *
 * @since 0.1.0
 */
public enum Kill {

	/**
	 * The service has been deactivated.
	 */
	DEACTIVATED,

	/**
	 * The timeout has been changed, and clients with the old one are to end.
	 */
	TIMEOUT_CHANGED

}
