package io.github.cometspring.web;

/**
 * The client of a poll whose exchange ends before its answer.
 *
 * @since 0.1.0
 */
public interface DetachedClient extends PollClient {

	/**
	 * Leaves the answer to the exchange, because the exchange could not be completed: it
	 * goes on as if it had not been detached. To be called on the event loop of the
	 * client.
	 */
	void giveBack();

	/**
	 * Keeps who polls, for the next poll on the connection that has the same headers. To
	 * be called on the event loop of the client.
	 * @param login who polls
	 */
	void keep(KeptLogin login);

}
