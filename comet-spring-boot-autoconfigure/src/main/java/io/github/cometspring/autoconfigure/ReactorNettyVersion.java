package io.github.cometspring.autoconfigure;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;

/**
 * Knows which versions of Reactor Netty leave clients hanging.
 */
final class ReactorNettyVersion {

	// The line 1.2 has the fault, too, up to its newest (1.2.18).
	private static final ModuleDescriptor.Version MENDED = ModuleDescriptor.Version.parse("1.3.8");

	private ReactorNettyVersion() {
	}

	/**
	 * What is wrong with the version that runs.
	 * @return what to tell the operator, or empty if there is nothing to tell
	 */
	static Optional<String> warning() {
		return warning(HttpServer.class.getPackage().getImplementationVersion());
	}

	/**
	 * What is wrong with a version.
	 * @param version the version, or {@code null} if it is not known
	 * @return what to tell the operator, or empty if there is nothing to tell
	 */
	static Optional<String> warning(@Nullable String version) {
		return isFaulty(version) ? Optional
			.of("Reactor Netty %s stops reading from a kept connection when a request is answered on another thread while the next is already there (reactor-netty#4361), and the client hangs: use %s or newer, as Spring Boot 4.0.9 and 4.1.2 do (or set both reactor-bom.version to 2025.0.8 and netty.version to 4.2.18.Final)"
				.formatted(version, MENDED)) : Optional.empty();
	}

	private static boolean isFaulty(@Nullable String version) {
		try {
			return version != null && ModuleDescriptor.Version.parse(version).compareTo(MENDED) < 0;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
