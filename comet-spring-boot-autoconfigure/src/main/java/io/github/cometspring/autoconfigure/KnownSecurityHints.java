package io.github.cometspring.autoconfigure;

import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.MemberCategory;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Registers the fields that {@link KnownSecurityFilters} reads, for native images.
 */
final class KnownSecurityHints implements RuntimeHintsRegistrar {

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		Stream.concat(KnownSecurityFilters.READ.stream(), KnownSecurityFilters.WITH_HANDLERS.stream())
			.forEach((name) -> hints.reflection()
				.registerTypeIfPresent(classLoader, name, MemberCategory.ACCESS_DECLARED_FIELDS));
	}

}
