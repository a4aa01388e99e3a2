package io.github.cometspring.autoconfigure;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import reactor.netty.http.server.HttpServer;

/**
 * Warns of versions of Reactor Netty that leave clients hanging.
 */
final class ReactorNettyVersion {

	// The line 1.2 has the fault, too, up to its newest (1.2.18).
	private static final ModuleDescriptor.Version FIXED = ModuleDescriptor.Version.parse("1.3.8");

	private ReactorNettyVersion() {
	}

	/**
	 * Checks the version in use.
	 * @return a warning for the operator, or empty if there is none
	 */
	static Optional<String> warning() {
		return warning(HttpServer.class.getPackage().getImplementationVersion());
	}

	/**
	 * Checks a version.
	 * @param version the version, or {@code null} if it is not known
	 * @return a warning for the operator, or empty if there is none
	 */
	static Optional<String> warning(@Nullable String version) {
		return isFaulty(version) ? Optional
			.of("Reactor Netty %s stops reading from a kept connection when a request is answered on another thread while the next is already there (reactor-netty#4361), and the client hangs: use %s or newer, as Spring Boot 4.0.9 and 4.1.2 do (or set both reactor-bom.version to 2025.0.8 and netty.version to 4.2.18.Final)"
				.formatted(version, FIXED)) : Optional.empty();
	}

	private static boolean isFaulty(@Nullable String version) {
		try {
			return version != null && ModuleDescriptor.Version.parse(version).compareTo(FIXED) < 0;
		}
		catch (IllegalArgumentException ex) {
			return false;
		}
	}

}
