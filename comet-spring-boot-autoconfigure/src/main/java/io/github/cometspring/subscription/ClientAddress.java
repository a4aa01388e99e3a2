package io.github.cometspring.subscription;

import java.net.InetSocketAddress;

import org.jspecify.annotations.Nullable;

/**
 * Provides the address of a client. It is asked only if connections of one address are
 * limited.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ClientAddress {

	/**
	 * The address of the client, as the server has resolved it.
	 * @return the address, perhaps unresolved, or {@code null} if it is not known
	 */
	@Nullable InetSocketAddress remoteAddress();

}
