package io.github.cometspring.subscription;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.control.CometCommand;
import org.jspecify.annotations.Nullable;

/**
 * The clients of this node whose users are known, by the names of the users. Ends them
 * when an operator orders so. Thread-safe.
 */
final class ConnectedUsers {

	private final ConcurrentHashMap<String, Set<ConnectedClient>> clients = new ConcurrentHashMap<>();

	private final AtomicInteger orders = new AtomicInteger();

	void add(String name, ConnectedClient client) {
		this.clients.compute(name, (key, present) -> {
			Set<ConnectedClient> all = (present != null) ? present : new HashSet<>(2);
			all.add(client);
			return all;
		});
	}

	void remove(@Nullable ClientUser user, ConnectedClient client) {
		if (user != null) {
			this.clients.computeIfPresent(user.name(), (key, all) -> {
				all.remove(client);
				return all.isEmpty() ? null : all;
			});
		}
	}

	private List<ConnectedClient> of(String name) {
		List<ConnectedClient> found = new ArrayList<>();
		this.clients.computeIfPresent(name, (key, all) -> {
			found.addAll(all);
			return all;
		});
		return found;
	}

	/**
	 * The number of orders to revoke a channel so far. A right that was asked for at a
	 * higher number does not fall under the orders before.
	 */
	int orders() {
		return this.orders.get();
	}

	/**
	 * Ends the clients that an order is for.
	 * @param order the order
	 */
	void end(CometCommand.OfUser order) {
		// First marked, then ended: a client that is not in its loop yet sees the mark.
		int number = this.orders.incrementAndGet();
		Set<LoopSubscriptions> homes = Collections.newSetFromMap(new IdentityHashMap<>());
		for (ConnectedClient client : of(order.user())) {
			ClientUser user = client.user();
			if (user == null) {
				continue;
			}
			if (order instanceof CometCommand.Revoke revoke) {
				user.revoke(revoke.channel(), number);
			}
			else {
				user.disconnect();
			}
			homes.add(client.home());
		}
		homes.forEach(LoopSubscriptions::orderToEndRevoked);
	}

}
