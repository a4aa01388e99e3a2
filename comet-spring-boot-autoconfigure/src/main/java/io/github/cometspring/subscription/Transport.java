package io.github.cometspring.subscription;

/**
 * The ways to listen.
 *
 * @since 0.1.0
 */
public enum Transport {

	/**
	 * Long polling in the published protocol of Ocsigen_comet (protocol, section 2).
	 */
	LEGACY("legacy");

	private final String id;

	Transport(String id) {
		this.id = id;
	}

	/**
	 * The name of the transport in properties and figures.
	 * @return the name
	 */
	public String id() {
		return this.id;
	}

}
