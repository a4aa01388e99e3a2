package io.github.cometspring.architecture.planted.web;

import java.io.InputStream;

/**
 * Loads a file that no native image would have.
 */
final class ResourceLoading {

	private ResourceLoading() {
	}

	static InputStream load() {
		return ResourceLoading.class.getResourceAsStream("file");
	}

}
