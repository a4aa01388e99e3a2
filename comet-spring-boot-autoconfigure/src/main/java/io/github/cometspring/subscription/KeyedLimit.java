package io.github.cometspring.subscription;

import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts connections by a key, such as the address of the client, and enforces the same
 * limit for each key. There is an entry only for a key that has connections, so there are
 * no more entries than connected clients. Thread-safe.
 */
final class KeyedLimit {

	private final ConcurrentHashMap<Object, Integer> taken = new ConcurrentHashMap<>();

	private final int limit;

	/**
	 * Creates a limit.
	 * @param limit the largest number of connections of one key, at least 1
	 */
	KeyedLimit(int limit) {
		this.limit = limit;
	}

	int limit() {
		return this.limit;
	}

	/**
	 * Takes a slot of a key.
	 * @param key the key
	 * @return {@code false} if none is free
	 */
	boolean take(Object key) {
		boolean[] free = new boolean[1];
		this.taken.compute(key, (same, used) -> {
			int before = (used != null) ? used : 0;
			free[0] = before < this.limit;
			return free[0] ? before + 1 : before;
		});
		return free[0];
	}

	/**
	 * Releases a slot that was taken.
	 * @param key the key
	 */
	void release(Object key) {
		this.taken.computeIfPresent(key, (same, used) -> (used > 1) ? used - 1 : null);
	}

}
