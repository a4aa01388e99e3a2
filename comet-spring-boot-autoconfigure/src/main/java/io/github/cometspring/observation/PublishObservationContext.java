package io.github.cometspring.observation;

import io.github.cometspring.channel.PublicationObserver.Operation;
import io.micrometer.observation.Observation;

/**
 * What is known about a publication that is observed.
 *
 * @since 0.1.0
 */
public class PublishObservationContext extends Observation.Context {

	private final String channel;

	private final Operation operation;

	/**
	 * Creates a context.
	 * @param channel the id of the channel
	 * @param operation how the message is published
	 */
	public PublishObservationContext(String channel, Operation operation) {
		this.channel = channel;
		this.operation = operation;
	}

	/**
	 * The channel.
	 * @return the id of the channel
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * How the message is published.
	 * @return the operation
	 */
	public Operation getOperation() {
		return this.operation;
	}

}
