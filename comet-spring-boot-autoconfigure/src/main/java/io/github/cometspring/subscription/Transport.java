package io.github.cometspring.subscription;

/**
 * The transport of a dialect.
 *
 * @since 0.1.0
 */
public enum Transport {

	/**
	 * Long polling in the published protocol of Ocsigen_comet (protocol, section 2).
	 */
	LEGACY("legacy", true),

	/**
	 * Long polling with JSON (protocol, section 3).
	 */
	JSON("json", true),

	/**
	 * Server-sent events (protocol, section 4).
	 */
	SSE("sse", false),

	/**
	 * WebSocket (protocol, section 5).
	 */
	WEBSOCKET("websocket", false);

	private final String id;

	private final boolean polling;

	Transport(String id, boolean polling) {
		this.id = id;
		this.polling = polling;
	}

	/**
	 * Whether a subscription gets one answer and is not a stream.
	 * @return {@code true} if it ends with the first batch
	 */
	public boolean isPolling() {
		return this.polling;
	}

	/**
	 * The name of the transport in properties and metrics.
	 * @return the name
	 */
	public String id() {
		return this.id;
	}

}
