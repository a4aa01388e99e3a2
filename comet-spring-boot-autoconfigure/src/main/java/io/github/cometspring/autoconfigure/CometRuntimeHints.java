package io.github.cometspring.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/**
 * Registers the resources and classes that are looked up at run time, for native images.
 */
final class CometRuntimeHints implements RuntimeHintsRegistrar {

	/** All files that are loaded are in this folder, and in the next. */
	static final String RESOURCES = "META-INF/comet/*";

	static final String SCRIPTS = "META-INF/comet/redis/*";

	/** Classes of other libraries whose presence is checked. */
	static final List<String> CLASSES = List.of("reactor.netty.http.server.HttpServerRequest",
			CometExposurePostProcessor.WEB_ENDPOINTS, CometExposurePostProcessor.ENDPOINT_AUTO_CONFIGURATION);

	@Override
	public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
		hints.resources().registerPattern(RESOURCES);
		hints.resources().registerPattern(SCRIPTS);
		CLASSES.forEach((name) -> hints.reflection().registerTypeIfPresent(classLoader, name));
	}

}
