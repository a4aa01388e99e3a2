package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;

/**
 * Everything that one event loop serves: its lanes and its deadlines. Belongs to the
 * loop.
 */
final class LoopSubscriptions {

	private final EventLoop loop;

	private final Map<ChannelLog, Lane> lanes = new IdentityHashMap<>();

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
			this.lanes.put(log, lane);
			log.live().subscribe(lane);
		}
		return lane;
	}

	void retire(ChannelLog log, Lane lane) {
		lane.dispose();
		this.lanes.remove(log, lane);
	}

	DeadlineQueue deadlines(Duration timeout) {
		if (this.deadlines.size() > 1) {
			this.deadlines.values().removeIf(DeadlineQueue::isIdle);
		}
		return this.deadlines.computeIfAbsent(timeout, (key) -> new DeadlineQueue(this.loop, key));
	}

	/**
	 * Ends whatever waits now and began before an order to end.
	 * @param ending why
	 * @param order the number of the order
	 */
	void endAll(Ending ending, int order) {
		List<DeadlineQueue.Entry> waiting = new ArrayList<>();
		this.deadlines.values().forEach((queue) -> queue.forEach(waiting::add));
		end(waiting.iterator(), ending, order);
	}

	private void end(Iterator<DeadlineQueue.Entry> waiting, Ending ending, int order) {
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
