package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.function.Consumer;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.PublicationObserver;

/**
 * Everything that one event loop serves: its lanes, the clients that wait, and their
 * deadlines. Belongs to the loop.
 */
final class LoopSubscriptions {

	private static final AtomicIntegerFieldUpdater<LoopSubscriptions> READERS = AtomicIntegerFieldUpdater
		.newUpdater(LoopSubscriptions.class, "readers");

	private final EventLoop loop;

	private final Map<ChannelLog, Lane> lanes = new IdentityHashMap<>();

	private final WaitingClients waiting = new WaitingClients();

	private final Map<Duration, DeadlineQueue> deadlines = new HashMap<>();

	private final DeliveryCount delivered;

	private final PublicationObserver observer;

	/**
	 * When the rights of clients end.
	 */
	private final Moments moments;

	/**
	 * The number of members of all lanes. Written by the loop alone.
	 */
	private volatile int readers;

	LoopSubscriptions(EventLoop loop, SubscriptionListener listener, PublicationObserver observer) {
		this.loop = loop;
		this.observer = observer;
		this.delivered = new DeliveryCount(listener);
		this.moments = new Moments(loop);
	}

	/**
	 * Counts what is delivered.
	 */
	DeliveryCount delivered() {
		return this.delivered;
	}

	/**
	 * Observes walks.
	 */
	PublicationObserver observer() {
		return this.observer;
	}

	/**
	 * Counts what was written to a client. Any thread may call this.
	 */
	void countDelivered(Transport transport, int messages, int bytes) {
		if (this.loop.inLoop()) {
			this.delivered.add(transport, messages, bytes);
		}
		else {
			this.delivered.report(transport, messages, bytes);
		}
	}

	EventLoop loop() {
		return this.loop;
	}

	Moments moments() {
		return this.moments;
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

	/**
	 * Counts a client that joins a lane, or leaves one.
	 */
	void countReaders(int more) {
		READERS.lazySet(this, this.readers + more);
	}

	/**
	 * How many channels the clients listen to, each counted for each client. Any thread
	 * may call this.
	 */
	int readers() {
		return this.readers;
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
	 * Gives an entry a deadline: a client whose last one has passed, or an entry that a
	 * client has besides, for its age or its rights.
	 * @param entry the entry, which is in no queue
	 * @param timeout how far away the deadline is
	 */
	void defer(DeadlineQueue.Entry entry, Duration timeout) {
		DeadlineQueue queue = this.deadlines.get(timeout);
		if (queue == null) {
			queue = new DeadlineQueue(this.loop, timeout, () -> this.deadlines.remove(timeout));
			this.deadlines.put(timeout, queue);
		}
		queue.add(entry);
	}

	/**
	 * Ends all clients that wait and began before an order to end. Called on any thread.
	 * @param ending why
	 * @param order the number of the order
	 * @param spread the time over which the clients are spread, or zero to end them at
	 * once
	 */
	void orderToEnd(Ending ending, int order, Duration spread) {
		order((client) -> client.end(ending, order), spread);
	}

	/**
	 * Ends all clients that wait and have lost their rights by a command. Called on any
	 * thread.
	 */
	void orderToEndRevoked() {
		order(WaitingClients.Client::endIfRevoked, Duration.ZERO);
	}

	private void order(Consumer<WaitingClients.Client> order, Duration spread) {
		try {
			this.loop.execute(() -> new EndingWalk(this.loop, this.waiting.list(), order, spread).run());
		}
		catch (RejectedExecutionException ex) {
			// The loop has ended, and its clients with it; the others have not.
		}
	}

}
