package io.github.cometspring.web;

/**
 * A request that has arrived in full and is undecorated.
 *
 * @since 0.1.0
 */
public interface FullRequest {

	/**
	 * The body.
	 * @return the bytes, perhaps none, not to be changed
	 */
	byte[] body();

}
