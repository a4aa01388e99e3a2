package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;

import io.github.cometspring.channel.ChannelLog;

/**
 * Everything that one event loop serves: its lanes and its deadlines. Belongs to the
 * loop.
 */
final class LoopSubscriptions {

	private final EventLoop loop;

	private final long maxResponseSize;

	private final Map<ChannelLog, Lane> lanes = new IdentityHashMap<>();

	private final Map<Duration, DeadlineQueue> deadlines = new HashMap<>();

	LoopSubscriptions(EventLoop loop, long maxResponseSize) {
		this.loop = loop;
		this.maxResponseSize = maxResponseSize;
	}

	EventLoop loop() {
		return this.loop;
	}

	long maxResponseSize() {
		return this.maxResponseSize;
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

	void endAll(Ending ending) {
		new ArrayList<>(this.deadlines.values()).forEach((queue) -> queue.endAll(ending));
	}

}
