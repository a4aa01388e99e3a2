package io.github.cometspring.sample;

import java.util.List;
import java.util.stream.Stream;

/**
 * The two browsers of all tests, started once.
 *
 * @param desk one with a large window
 * @param phone one with a small window
 */
record Browsers(Chromium desk, Chromium phone) implements AutoCloseable {

	static Browsers start() {
		Chromium.requireInstalled();
		return new Browsers(Chromium.start(1280, 900), Chromium.start(360, 780));
	}

	List<String> complaints() {
		return Stream.of(this.desk, this.phone).map(Chromium::complaints).flatMap(List::stream).toList();
	}

	@Override
	public void close() {
		this.desk.close();
		this.phone.close();
	}

}
