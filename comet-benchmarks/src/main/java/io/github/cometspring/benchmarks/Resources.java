package io.github.cometspring.benchmarks;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * The files of this module.
 */
final class Resources {

	private Resources() {
	}

	static InputStream open(String name) throws IOException {
		InputStream stream = Resources.class.getResourceAsStream("/" + name);
		if (stream == null) {
			throw new FileNotFoundException(name);
		}
		return stream;
	}

	static Path copy(String name, Path folder) throws IOException {
		Path file = Files.createDirectories(folder).resolve(name.substring(name.lastIndexOf('/') + 1));
		try (InputStream stream = open(name)) {
			Files.copy(stream, file, StandardCopyOption.REPLACE_EXISTING);
		}
		return file;
	}

}
