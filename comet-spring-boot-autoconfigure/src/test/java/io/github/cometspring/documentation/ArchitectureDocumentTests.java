package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The classes that {@code docs/architecture.md} names exist.
 */
class ArchitectureDocumentTests {

	private static final Pattern MAIN = Pattern.compile("[a-z]+/[A-Z]\\w+");

	private static final Pattern TEST = Pattern.compile("test:((?:[a-z]+/)?[A-Z]\\w+)");

	@Test
	void mainClassShouldExist() throws IOException {
		List<String> names = document().spans().stream().filter((span) -> MAIN.matcher(span).matches()).toList();
		assertThat(names).hasSizeGreaterThan(50).allSatisfy((name) -> assertThat(source("main", name)).exists());
	}

	@Test
	void testClassShouldExist() throws IOException {
		List<String> names = TEST.matcher(document().prose())
			.results()
			.map((MatchResult match) -> match.group(1))
			.toList();
		assertThat(names).hasSizeGreaterThan(10).allSatisfy((name) -> assertThat(source("test", name)).exists());
	}

	private static Document document() throws IOException {
		return Document.all()
			.stream()
			.filter((document) -> document.path().endsWith("architecture.md"))
			.findFirst()
			.orElseThrow();
	}

	private static Path source(String folder, String name) {
		return Path.of("src", folder, "java", "io", "github", "cometspring").resolve(name + ".java");
	}

}
