package io.github.cometspring.architecture.planted.web;

import org.springframework.util.ClassUtils;

/**
 * Asks for a class that no native image would have.
 */
final class ClassLoading {

	private ClassLoading() {
	}

	static boolean isThere() {
		return ClassUtils.isPresent("some.Type", null);
	}

}
