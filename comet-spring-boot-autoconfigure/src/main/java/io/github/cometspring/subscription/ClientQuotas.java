package io.github.cometspring.subscription;

import java.net.InetSocketAddress;

import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import org.jspecify.annotations.Nullable;

/**
 * The limits of connections for each address and for each user. Without them, nothing is
 * counted or allocated. Thread-safe.
 */
final class ClientQuotas {

	private final @Nullable KeyedLimit addresses;

	private final @Nullable KeyedLimit users;

	/**
	 * Creates the limits.
	 * @param perAddress the largest number of connections of one address, or {@code null}
	 * for no limit
	 * @param perUser the largest number of connections of one user, or {@code null} for
	 * no limit
	 */
	ClientQuotas(@Nullable Integer perAddress, @Nullable Integer perUser) {
		this.addresses = (perAddress != null) ? new KeyedLimit(perAddress) : null;
		this.users = (perUser != null) ? new KeyedLimit(perUser) : null;
	}

	/**
	 * Whether connections of one address are limited.
	 */
	boolean limitAddresses() {
		return this.addresses != null;
	}

	@Nullable KeyedLimit addresses() {
		return this.addresses;
	}

	@Nullable KeyedLimit users() {
		return this.users;
	}

	/**
	 * Counts a client for its address.
	 * @param client provides the address, or {@code null} if it is not known: then the
	 * client is not counted for one
	 * @return what the client has taken, to be released; {@code null} without limits
	 * @throws SubscriptionRejectedException if the address has too many connections
	 */
	@Nullable ClientQuota take(@Nullable ClientAddress client) {
		KeyedLimit addresses = this.addresses;
		if (addresses == null) {
			return (this.users != null) ? new ClientQuota(this, null) : null;
		}
		InetSocketAddress address = (client != null) ? client.remoteAddress() : null;
		Object key = (address != null) ? AddressKey.of(address) : null;
		if (address != null && key != null && !addresses.take(key)) {
			throw SubscriptionRejectedException.tooManyOf(Reason.TOO_MANY_FROM_ADDRESS,
					"Too many connections from this address: at most %d (comet.max-connections-per-address)"
						.formatted(addresses.limit()),
					address.getHostString());
		}
		return new ClientQuota(this, key);
	}

}
