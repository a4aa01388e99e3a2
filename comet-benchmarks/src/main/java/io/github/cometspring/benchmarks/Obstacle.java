package io.github.cometspring.benchmarks;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

import io.netty.channel.uring.IoUring;

/**
 * Finds the programs of servers that are not part of this project, and tells why a server
 * cannot be measured on this machine.
 */
final class Obstacle {

	/** The program nginx. */
	static final Path NGINX = path("NGINX", "/usr/sbin/nginx");

	/** The module of nginx that is measured. */
	static final Path NCHAN = path("NCHAN_MODULE", "/usr/lib/nginx/modules/ngx_nchan_module.so");

	private Obstacle() {
	}

	private static Path path(String variable, String otherwise) {
		return Path.of(System.getenv().getOrDefault(variable, otherwise));
	}

	/**
	 * The program Bun, if there is one: the file that {@code BUN} names, or else that on
	 * the path.
	 */
	static Optional<Path> bun() {
		return Optional.ofNullable(System.getenv("BUN"))
			.map(Path::of)
			.or(() -> onPath("bun"))
			.filter(Files::isExecutable)
			.map(Obstacle::real);
	}

	/**
	 * A program on the path.
	 */
	static Optional<Path> onPath(String name) {
		return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
			.map((folder) -> Path.of(folder, name))
			.filter(Files::isExecutable)
			.findFirst();
	}

	private static Path real(Path file) {
		try {
			return file.toRealPath();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Why a server cannot be measured on this machine.
	 * @return the reason, or empty if it can
	 */
	static Optional<String> of(ServerKind kind) {
		if (kind.isJvm() && Obstacle.class.getResource("/" + kind.mainClass().replace('.', '/') + ".class") == null) {
			return Optional.of("not in this build");
		}
		return switch (kind) {
			case NCHAN -> (Files.isExecutable(NGINX) && Files.isReadable(NCHAN)) ? Optional.empty()
					: Optional.of("not installed (Debian: nginx and libnginx-mod-nchan)");
			case BUN -> bun().isPresent() ? Optional.empty()
					: Optional.of("not installed (npm: @oven/bun-linux-x64; BUN names the program)");
			case COMET_URING ->
				IoUring.isAvailable() ? Optional.empty() : Optional.of("no io_uring: " + IoUring.unavailabilityCause());
			case COMET_REDIS -> Redis.obstacle();
			default -> Optional.empty();
		};
	}

}
