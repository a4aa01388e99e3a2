package io.github.cometspring.web;

/**
 * The headers of the protocol (section 2).
 *
 * @since 0.1.0
 */
public final class CometHeaders {

	/**
	 * In an answer, where the client stands; in a request, where to resume from.
	 */
	public static final String CURSOR = "Comet-Cursor";

	/**
	 * In an answer, the channels of which the client has lost messages.
	 */
	public static final String GAP = "Comet-Gap";

	/**
	 * In an answer, the channels that are refused, where others are served (section 8).
	 */
	public static final String REFUSED = "Comet-Refused";

	/**
	 * In an answer to a request that names too many channels, how many there may be.
	 */
	public static final String MAX_CHANNELS = "Comet-Max-Channels";

	private CometHeaders() {
	}

}
