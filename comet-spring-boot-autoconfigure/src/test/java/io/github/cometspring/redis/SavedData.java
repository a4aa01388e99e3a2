package io.github.cometspring.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

import io.github.cometspring.testing.RedisServer;

/**
 * What a Redis with an append-only file had saved at one time, to which it can be set
 * back: it then lacks what was written later.
 */
final class SavedData {

	private final RedisServer server;

	private final Path saved;

	private final Path copy;

	private SavedData(RedisServer server) {
		this.server = server;
		this.saved = server.folder().resolve("appendonlydir");
		this.copy = server.folder().resolve("copy");
	}

	/**
	 * Copies what a server has saved by now. A server has one copy at a time.
	 */
	static SavedData of(RedisServer server) {
		SavedData data = new SavedData(server);
		copy(data.saved, data.copy);
		return data;
	}

	/**
	 * Kills the server, and starts it again with the copy.
	 */
	void restore() {
		this.server.kill();
		copy(this.copy, this.saved);
		this.server.startAgain();
	}

	private static void copy(Path from, Path to) {
		try {
			Files.createDirectories(to);
			try (Stream<Path> files = Files.list(to)) {
				files.forEach((file) -> file.toFile().delete());
			}
			try (Stream<Path> files = Files.list(from)) {
				for (Path file : files.toList()) {
					Files.copy(file, to.resolve(file.getFileName()));
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
