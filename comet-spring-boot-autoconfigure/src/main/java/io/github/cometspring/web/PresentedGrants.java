package io.github.cometspring.web;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.github.cometspring.channel.GrantToken;

/**
 * The signed grants that the client of a WebSocket has presented, the newest for each of
 * its channels, as it presents each only once (protocol, section 10). So it cannot fill
 * the memory with grants that nobody needs. Belongs to the event loop of the socket.
 */
final class PresentedGrants {

	private final int maxGrants;

	/**
	 * The grants by channel. Most sockets have none.
	 */
	private Map<String, String> grants = Map.of();

	/**
	 * Creates the grants of a socket, none yet.
	 * @param maxGrants how many grants of one frame are looked at
	 */
	PresentedGrants(int maxGrants) {
		this.maxGrants = maxGrants;
	}

	/**
	 * Changes the grants with the channels of the socket.
	 * @param channels the ids of all its channels after the change
	 * @param presented the grants that the client has presented with the change
	 * @return whether the grants are others than before
	 */
	boolean change(Set<String> channels, List<String> presented) {
		if (this.grants.isEmpty() && presented.isEmpty()) {
			return false;
		}
		Map<String, String> changed = new TreeMap<>(this.grants);
		changed.keySet().retainAll(channels);
		presented.stream().limit(this.maxGrants).forEach((text) -> {
			GrantToken grant = GrantToken.parse(text);
			if (grant != null && channels.contains(grant.channel())) {
				changed.put(grant.channel(), text);
			}
		});
		boolean isChanged = !changed.equals(this.grants);
		this.grants = changed.isEmpty() ? Map.of() : changed;
		return isChanged;
	}

	/**
	 * The grants for all channels.
	 */
	List<String> all() {
		return List.copyOf(this.grants.values());
	}

}
