package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.springframework.test.util.ReflectionTestUtils;

/**
 * What a server still keeps when its clients and channels have gone: lanes, clients that
 * wait, and deadlines. To be looked at when all is quiet, since it belongs to the event
 * loops.
 */
public final class Leftovers {

	private final Subscriptions subscriptions;

	private final Deadlines writeDeadlines;

	/**
	 * Creates a look at a server.
	 * @param subscriptions the subscriptions of the server
	 * @param writeDeadlines the deadlines of its writes
	 */
	public Leftovers(Subscriptions subscriptions, Deadlines writeDeadlines) {
		this.subscriptions = subscriptions;
		this.writeDeadlines = writeDeadlines;
	}

	/**
	 * What is left.
	 * @return a word for each thing, none if nothing is left
	 */
	public List<String> describe() {
		List<String> left = new ArrayList<>();
		for (Transport transport : Transport.values()) {
			add(left, this.subscriptions.connections(transport), "clients of " + transport);
		}
		map(this.subscriptions, "loops").values().forEach((home) -> {
			add(left, map(home, "lanes").size(), "lanes");
			add(left, map(home, "deadlines").size(), "queues of deadlines");
			WaitingClients waiting = (WaitingClients) field(home, "waiting");
			add(left, waiting.list().size(), "clients that wait");
		});
		map(this.writeDeadlines, "queues").values().forEach((queue) -> {
			Object head = field(queue, "head");
			add(left, (field(head, "next") != head) ? 1 : 0, "deadlines of writes");
		});
		return left;
	}

	private static void add(List<String> left, int count, String what) {
		if (count != 0) {
			left.add(count + " " + what);
		}
	}

	private static Map<?, ?> map(Object target, String name) {
		return (Map<?, ?>) field(target, name);
	}

	private static Object field(Object target, String name) {
		return Objects.requireNonNull(ReflectionTestUtils.getField(target, name));
	}

}
