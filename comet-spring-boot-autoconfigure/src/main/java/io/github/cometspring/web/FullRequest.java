package io.github.cometspring.web;

/**
 * A request that has arrived as a whole, as the server has it, and nobody has decorated.
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
