package io.github.cometspring.subscription;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Makes the key under which the connections of an address are counted: for IPv4, the
 * address; for IPv6, its network of 64 bits, because one host may use all addresses in
 * it.
 */
final class AddressKey {

	private static final Pattern IPV4 = Pattern
		.compile("(BYTE\\.){3}BYTE".replace("BYTE", "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

	private static final Pattern IPV6 = Pattern.compile("(?=.*:)[0-9a-fA-F:][0-9a-fA-F:.]{1,44}");

	private AddressKey() {
	}

	/**
	 * The key of an address.
	 * @param address the address, which is unresolved if a header has named it
	 * @return the key, to be compared by {@link Object#equals}
	 */
	static Object of(InetSocketAddress address) {
		InetAddress ip = (address.getAddress() != null) ? address.getAddress() : parse(address.getHostString());
		if (ip == null) {
			return address.getHostString().toLowerCase(Locale.ROOT);
		}
		return (ip instanceof Inet6Address) ? ByteBuffer.wrap(ip.getAddress()).getLong() : ip;
	}

	private static @Nullable InetAddress parse(String host) {
		String text = (host.startsWith("[") && host.endsWith("]")) ? host.substring(1, host.length() - 1) : host;
		// Text of another form would be looked up as a name.
		if (!IPV4.matcher(text).matches() && !IPV6.matcher(text).matches()) {
			return null;
		}
		try {
			return InetAddress.getByName(text);
		}
		catch (UnknownHostException ex) {
			return null;
		}
	}

}
