package io.github.cometspring.subscription;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.jspecify.annotations.Nullable;

/**
 * The user of one client, and what an operator has taken from the user since the client
 * has connected. Thread-safe.
 */
final class ClientUser {

	private final String name;

	/**
	 * The largest number of revoked channels that are kept for a client. One more
	 * disconnects it, and its next connection begins without any.
	 */
	private static final int MOST_REVOKED = 1000;

	private volatile boolean disconnected;

	/**
	 * The number of the last order to revoke each channel, or {@code null} if there was
	 * none, which is usual.
	 */
	private volatile @Nullable Map<String, Integer> revoked;

	ClientUser(String name) {
		this.name = name;
	}

	String name() {
		return this.name;
	}

	void disconnect() {
		this.disconnected = true;
	}

	boolean isDisconnected() {
		return this.disconnected;
	}

	/**
	 * Records that the right to read a channel has been revoked.
	 * @param channel the id of the channel
	 * @param order the number of the order
	 */
	synchronized void revoke(String channel, int order) {
		Map<String, Integer> revoked = this.revoked;
		if (revoked != null && revoked.size() >= MOST_REVOKED) {
			disconnect();
			return;
		}
		if (revoked == null) {
			revoked = new ConcurrentHashMap<>();
			this.revoked = revoked;
		}
		revoked.put(channel, order);
	}

	/**
	 * Whether the right to read one of some channels has been revoked.
	 * @param channels the ids of the channels
	 * @param before the number of the last order when the right was asked for
	 */
	boolean hasRevoked(Iterable<String> channels, int before) {
		Map<String, Integer> revoked = this.revoked;
		if (revoked != null) {
			for (String channel : channels) {
				Integer order = revoked.get(channel);
				if (order != null && order - before > 0) {
					return true;
				}
			}
		}
		return false;
	}

}
