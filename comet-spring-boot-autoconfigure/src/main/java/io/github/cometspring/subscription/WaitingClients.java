package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;

/**
 * The clients that wait on one event loop, in the order they came. The links of the list
 * are fields of the clients: a client joins and leaves in constant time, and the list
 * needs no memory of its own for it. Belongs to its event loop.
 */
final class WaitingClients {

	private final Client head = new Head();

	/**
	 * Adds a client that is not there yet.
	 */
	void add(Client client) {
		client.before = this.head.before;
		client.after = this.head;
		client.before.after = client;
		this.head.before = client;
	}

	/**
	 * Those who wait at this moment.
	 * @return a list of its own, in the order they came
	 */
	List<Client> list() {
		List<Client> clients = new ArrayList<>();
		for (Client client = this.head.after; client != this.head; client = client.after) {
			clients.add(client);
		}
		return clients;
	}

	/**
	 * A client that waits, for messages or for a decision: not longer than to its
	 * deadline, and not after an order to end.
	 */
	abstract static class Client extends DeadlineQueue.Entry {

		private Client before = this;

		private Client after = this;

		/**
		 * Ends the client if it began before an order to end.
		 * @param ending why
		 * @param order the number of the order
		 */
		abstract void end(Ending ending, int order);

		/**
		 * Ends the client if an operator has taken its rights away.
		 */
		abstract void endIfRevoked();

		/**
		 * Waits no more, and has no deadline either. Does nothing if it does not wait.
		 */
		final void leave() {
			unlink();
			this.before.after = this.after;
			this.after.before = this.before;
			this.before = this;
			this.after = this;
		}

	}

	/**
	 * Where the ring begins and ends.
	 */
	private static final class Head extends Client {

		@Override
		void expire() {
			throw new IllegalStateException("Not a client");
		}

		@Override
		void end(Ending ending, int order) {
			throw new IllegalStateException("Not a client");
		}

		@Override
		void endIfRevoked() {
			throw new IllegalStateException("Not a client");
		}

	}

}
