package io.github.cometspring.observation;

import io.micrometer.observation.Observation;

/**
 * What is known about a walk that is observed: a publication is passed on to the clients
 * of its channel on one event loop.
 *
 * @since 0.1.0
 */
public class DeliverObservationContext extends Observation.Context {

	private final String channel;

	private final int clients;

	/**
	 * Creates a context.
	 * @param channel the id of the channel
	 * @param clients the number of clients that are visited
	 */
	public DeliverObservationContext(String channel, int clients) {
		this.channel = channel;
		this.clients = clients;
	}

	/**
	 * The channel.
	 * @return the id of the channel
	 */
	public String getChannel() {
		return this.channel;
	}

	/**
	 * The number of clients that are visited.
	 * @return the number
	 */
	public int getClients() {
		return this.clients;
	}

}
