package io.github.cometspring.actuate;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The TCP connections of this machine as Linux lists them, and the users who own them.
 * Reading blocks, for milliseconds if there are many, and must not be done on an event
 * loop.
 * <p>
 * Thread-safe.
 */
final class SocketTable {

	/**
	 * The superuser.
	 */
	static final long ROOT = 0;

	/**
	 * The user that Linux shows instead of users who are not mapped in the process's user
	 * namespace. In a container it may be any user, and so is not trusted.
	 */
	private static final long NOBODY = 65534;

	/** The connections of IPv4, and those of IPv6. */
	private static final List<String> TABLES = List.of("net/tcp", "net/tcp6");

	private static final String ESTABLISHED = "01";

	private static final byte[] MAPPED = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, -1, -1 };

	// The columns of a row
	private static final int LOCAL = 1;

	private static final int REMOTE = 2;

	private static final int STATE = 3;

	private static final int USER = 7;

	private static final int INODE = 9;

	private static final int COLUMNS = 10;

	private final Path process;

	private final long user;

	/**
	 * Opens the table.
	 * @param process the directory of this process in {@code /proc}
	 * @throws IOException if it cannot be read, such as on another system
	 */
	SocketTable(Path process) throws IOException {
		this.process = process;
		this.user = Files.readAllLines(process.resolve("status"), StandardCharsets.ISO_8859_1)
			.stream()
			.filter((line) -> line.startsWith("Uid:"))
			// The real user, the effective one, which counts, and two more
			.map((line) -> Long.parseLong(line.split("\\s+")[2]))
			.findFirst()
			.orElseThrow(() -> new IOException("No user in the status of the process"));
		read(Set.of());
	}

	/**
	 * Whether a user may do what this process may do.
	 * @param owner the number of the user
	 * @return {@code true} for the user whose process this is, and for root
	 */
	boolean isTrusted(long owner) {
		return owner == ROOT || (owner == this.user && owner != NOBODY);
	}

	/**
	 * Reads the owners of connections. A connection that its owner has closed, or is
	 * about to close, counts as not there: Linux may name root as its owner.
	 * @param ends the ends of connections, as {@link #ends} writes them
	 * @return the owners of the connections that are there, by their ends
	 * @throws IOException if the table cannot be read
	 */
	Map<String, Long> read(Set<String> ends) throws IOException {
		Map<String, Long> owners = new HashMap<>();
		for (String table : TABLES) {
			Path file = this.process.resolve(table);
			// If IPv6 is switched off, there is no such table.
			if (table.equals(TABLES.get(0)) || Files.exists(file)) {
				try (BufferedReader rows = Files.newBufferedReader(file, StandardCharsets.ISO_8859_1)) {
					rows.lines().forEach((row) -> read(row, ends, owners));
				}
			}
		}
		return owners;
	}

	private static void read(String row, Set<String> ends, Map<String, Long> owners) {
		String[] columns = row.strip().split("\\s+", COLUMNS + 1);
		if (columns.length < COLUMNS || !columns[STATE].equals(ESTABLISHED) || columns[INODE].equals("0")) {
			return;
		}
		String both = columns[LOCAL] + " " + columns[REMOTE];
		if (ends.contains(both)) {
			owners.put(both, Long.parseLong(columns[USER]));
		}
	}

	/**
	 * Returns how a row may show the ends of a connection.
	 * @param local the address of the end whose owner is wanted
	 * @param remote the address of its other end
	 * @return the possible texts, of which the table has at most one
	 */
	static List<String> ends(InetSocketAddress local, InetSocketAddress remote) {
		byte[] from = bytes(local.getAddress());
		byte[] to = bytes(remote.getAddress());
		if (from.length != to.length) {
			from = mapped(from);
			to = mapped(to);
		}
		String plain = end(from, local.getPort()) + " " + end(to, remote.getPort());
		return (from.length == MAPPED.length + Integer.BYTES) ? List.of(plain)
				: List.of(plain, end(mapped(from), local.getPort()) + " " + end(mapped(to), remote.getPort()));
	}

	private static byte[] bytes(InetAddress address) {
		return address.getAddress();
	}

	private static byte[] mapped(byte[] address) {
		return (address.length > Integer.BYTES) ? address
				: ByteBuffer.allocate(MAPPED.length + Integer.BYTES).put(MAPPED).put(address).array();
	}

	/**
	 * An address and a port as Linux writes them: in words of 32 bits, in the byte order
	 * of the machine.
	 */
	private static String end(byte[] address, int port) {
		StringBuilder text = new StringBuilder();
		ByteBuffer words = ByteBuffer.wrap(address).order(ByteOrder.nativeOrder());
		while (words.hasRemaining()) {
			text.append("%08X".formatted(words.getInt()));
		}
		return text.append(":%04X".formatted(port)).toString();
	}

}
