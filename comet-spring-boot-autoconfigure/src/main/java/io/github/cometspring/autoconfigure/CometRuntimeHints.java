package io.github.cometspring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Tells a native image what is looked for on the class path at run time.
 */
final class CometRuntimeHints implements RuntimeHintsRegistrar {

	/** All files that are loaded are in this folder, and in the next. */
	static final String RESOURCES = "META-INF/comet/*";

	static final String SCRIPTS = "META-INF/comet/redis/*";

	/** The classes of others of which is asked whether they are there. */
	static final List<String> CLASSES = List.of("reactor.netty.http.server.HttpServerRequest",
			CometExposurePostProcessor.WEB_ENDPOINTS, CometExposurePostProcessor.ENDPOINT_AUTO_CONFIGURATION);

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern(RESOURCES);
		hints.resources().registerPattern(SCRIPTS);
		CLASSES.forEach((name) -> hints.reflection().registerTypeIfPresent(classLoader, name));
	}

}
