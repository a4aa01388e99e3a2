package io.github.cometspring.actuate;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/**
 * The files of a process in {@code /proc}, as far as {@link SocketTable} reads them.
 */
final class LinuxFiles {

	private static final String HEADING = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"
			+ "   uid  timeout inode\n";

	private final Path process;

	LinuxFiles(Path process) throws IOException {
		this.process = process;
		Files.createDirectory(process.resolve("net"));
		Files.writeString(process.resolve("net/tcp"), HEADING);
		Files.writeString(process.resolve("net/tcp6"), HEADING);
	}

	LinuxFiles runBy(long user) throws IOException {
		// The effective user; the other three differ.
		Files.writeString(process().resolve("status"), "Name:\tjava\nUid:\t7\t" + user + "\t7\t7\nGid:\t0\t0\t0\t0\n");
		return this;
	}

	LinuxFiles tcp(String endsAndState, long owner, long inode) {
		return add("net/tcp", endsAndState, owner, inode);
	}

	LinuxFiles tcp6(String endsAndState, long owner, long inode) {
		return add("net/tcp6", endsAndState, owner, inode);
	}

	private LinuxFiles add(String table, String endsAndState, long owner, long inode) {
		try {
			Files.writeString(process().resolve(table),
					"   0: %s 00000000:00000000 00:00000000 00000000 %5d        0 %d 1 0000000000000000 20 4 30 10 -1%n"
						.formatted(endsAndState, owner, inode),
					StandardOpenOption.APPEND);
			return this;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	Path process() {
		return this.process;
	}

	PeerUsers users() {
		return Objects.requireNonNull(PeerUsers.of(this.process));
	}

}
