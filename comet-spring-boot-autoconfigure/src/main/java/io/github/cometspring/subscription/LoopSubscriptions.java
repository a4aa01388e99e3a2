package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;

/**
 * Everything that one event loop serves: its lanes, the clients that wait, and their
 * deadlines. Belongs to the loop.
 */
final class LoopSubscriptions {

	private final EventLoop loop;

	private final Map<ChannelLog, Lane> lanes = new IdentityHashMap<>();

	private final WaitingClients waiting = new WaitingClients();

	private final Map<Duration, DeadlineQueue> deadlines = new HashMap<>();

	private final DeliveryCount delivered;

	LoopSubscriptions(EventLoop loop, SubscriptionListener listener) {
		this.loop = loop;
		this.delivered = new DeliveryCount(listener);
	}

	/**
	 * Counts what is delivered.
	 */
	DeliveryCount delivered() {
		return this.delivered;
	}

	EventLoop loop() {
		return this.loop;
	}

	Lane lane(ChannelLog log) {
		Lane lane = this.lanes.get(log);
		if (lane == null) {
			lane = new Lane(log, this);
			log.live().subscribe(lane);
			// After that: a lane whose feed has failed would wake nobody.
			this.lanes.put(log, lane);
		}
		return lane;
	}

	void retire(ChannelLog log, Lane lane) {
		lane.dispose();
		this.lanes.remove(log, lane);
	}

	/**
	 * Lets a client wait, until its deadline or an order to end.
	 * @param client who does not wait yet
	 * @param timeout how far away its deadline is
	 */
	void hold(WaitingClients.Client client, Duration timeout) {
		this.waiting.add(client);
		defer(client, timeout);
	}

	/**
	 * Gives a client that waits another deadline in place of one that is over.
	 * @param client who has no deadline
	 * @param timeout how far away the deadline is
	 */
	void defer(WaitingClients.Client client, Duration timeout) {
		DeadlineQueue queue = this.deadlines.get(timeout);
		if (queue == null) {
			queue = new DeadlineQueue(this.loop, timeout, () -> this.deadlines.remove(timeout));
			this.deadlines.put(timeout, queue);
		}
		queue.add(client);
	}

	/**
	 * Ends whatever waits now and began before an order to end.
	 * @param ending why
	 * @param order the number of the order
	 */
	void endAll(Ending ending, int order) {
		end(this.waiting.list().iterator(), ending, order);
	}

	private void end(Iterator<WaitingClients.Client> waiting, Ending ending, int order) {
		try {
			for (int i = 0; i < DeadlineQueue.SLICE && waiting.hasNext(); i++) {
				waiting.next().end(ending, order);
			}
		}
		finally {
			// Also when one of them has failed: the others still wait.
			if (waiting.hasNext()) {
				this.loop.executeAfterIo(() -> end(waiting, ending, order));
			}
		}
	}

}
