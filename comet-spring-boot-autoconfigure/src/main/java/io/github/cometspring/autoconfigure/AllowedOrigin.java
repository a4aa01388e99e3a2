package io.github.cometspring.autoconfigure;

import java.net.IDN;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Normalizes a configured origin to the form that browsers send, so that the two can be
 * compared as text: scheme and host in lower case, hosts in ASCII, no default port, no
 * path.
 */
final class AllowedOrigin {

	/**
	 * Allows the pages of all origins.
	 */
	static final String ANY = "*";

	private static final Pattern ORIGIN = Pattern.compile(
			"(?<scheme>\\p{Alpha}[\\p{Alnum}+.-]*)://(?<host>\\[[^]]*]|[^\\[\\]:/?#@\\\\]+)(?::(?<port>\\d{0,9}))?/?");

	private static final Pattern LABELS = Pattern
		.compile("[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\\.?");

	private static final Pattern ENDS_IN_NUMBER = Pattern.compile("(.*\\.)?(\\d+|0x[0-9a-f]*)\\.?");

	private static final Pattern IPV4 = Pattern
		.compile("(BYTE\\.){3}BYTE".replace("BYTE", "(25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"));

	// Schemes that no page is loaded from, or whose pages have no origin
	private static final Set<String> NEVER_SENT = Set.of("ws", "wss", "file");

	private static final int LARGEST_PORT = 65535;

	private AllowedOrigin() {
	}

	/**
	 * Normalizes an origin.
	 * @param configured the configured value, perhaps malformed
	 * @return the origin, or empty if no browser sends it
	 */
	static Optional<String> of(String configured) {
		if (configured.equals(ANY)) {
			return Optional.of(ANY);
		}
		Matcher origin = ORIGIN.matcher(configured);
		if (!origin.matches()) {
			return Optional.empty();
		}
		String scheme = origin.group("scheme").toLowerCase(Locale.ROOT);
		if (NEVER_SENT.contains(scheme)) {
			return Optional.empty();
		}
		String digits = origin.group("port");
		int port = (digits == null || digits.isEmpty()) ? defaultPort(scheme) : Integer.parseInt(digits);
		if (port == 0 || port > LARGEST_PORT) {
			return Optional.empty();
		}
		return host(origin.group("host"))
			.map((host) -> scheme + "://" + host + ((port == defaultPort(scheme)) ? "" : ":" + port));
	}

	private static int defaultPort(String scheme) {
		return switch (scheme) {
			case "http" -> 80;
			case "https" -> 443;
			default -> -1;
		};
	}

	private static Optional<String> host(String host) {
		if (host.startsWith("[")) {
			return ipv6(host.substring(1, host.length() - 1));
		}
		try {
			String ascii = IDN.toASCII(host).toLowerCase(Locale.ROOT);
			boolean number = ENDS_IN_NUMBER.matcher(ascii).matches();
			return Optional.of(ascii).filter((name) -> (number ? IPV4 : LABELS).matcher(name).matches());
		}
		catch (IllegalArgumentException ex) {
			return Optional.empty();
		}
	}

	private static Optional<String> ipv6(String address) {
		// The check prevents a look-up of host names and network interfaces.
		if (!address.contains(":") || !address.matches("[0-9a-fA-F:.]+")) {
			return Optional.empty();
		}
		try {
			return (InetAddress.getByName(address) instanceof Inet6Address ip) ? Optional.of("[" + compressed(ip) + "]")
					: Optional.empty();
		}
		catch (UnknownHostException ex) {
			return Optional.empty();
		}
	}

	/**
	 * Leaves out the longest run of zeros, the first one if there are several.
	 */
	private static String compressed(Inet6Address address) {
		ByteBuffer bytes = ByteBuffer.wrap(address.getAddress());
		StringBuilder groups = new StringBuilder();
		while (bytes.hasRemaining()) {
			groups.append(':').append(Integer.toHexString(Short.toUnsignedInt(bytes.getShort())));
		}
		groups.append(':');
		for (int zeros = Short.BYTES * 4; zeros > 1; zeros--) {
			int start = groups.indexOf(":0".repeat(zeros) + ":");
			if (start >= 0) {
				groups.replace(start, start + 2 * zeros + 1, "::");
				break;
			}
		}
		return groups.toString().replaceFirst("^:(?!:)", "").replaceFirst("(?<!:):$", "");
	}

}
