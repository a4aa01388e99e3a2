package io.github.cometspring.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/delivery.md} names tests that exist, in invisible comments: one in each
 * cell of its table, and some below.
 */
class DeliveryDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "delivery.md");

	private static final Path SOURCES = Path.of("src", "test", "java");

	private static final Pattern COMMENT = Pattern.compile("<!-- (.*?) -->");

	private static final Pattern NAME = Pattern.compile("(\\w+)\\.(\\w+Should\\w+)");

	@Test
	void everyCellShouldNameItsTest() throws IOException {
		List<String> rows = Files.readAllLines(DOCUMENT)
			.stream()
			.filter((line) -> line.startsWith("| ") && !line.startsWith("| dialect") && !line.startsWith("| ---"))
			.toList();
		assertThat(rows).hasSize(4);
		for (String row : rows) {
			List<String> cells = Stream.of(row.substring(1).split("\\|")).map(String::strip).toList();
			assertThat(cells).hasSize(4);
			assertThat(cells.subList(1, 4)).allSatisfy((cell) -> assertThat(cell).containsPattern(COMMENT));
		}
	}

	@Test
	void everyCommentShouldNameTestThatExists() throws IOException {
		List<MatchResult> comments = COMMENT.matcher(Files.readString(DOCUMENT)).results().toList();
		assertThat(comments).hasSizeGreaterThan(12);
		for (MatchResult comment : comments) {
			assertThat(comment.group(1)).matches(NAME);
			String[] name = comment.group(1).split("\\.");
			assertThat(source(name[0])).as(name[0]).contains("void " + name[1] + "(");
		}
	}

	private static String source(String className) throws IOException {
		try (Stream<Path> files = Files.walk(SOURCES)) {
			Path file = files.filter((path) -> path.endsWith(className + ".java"))
				.findFirst()
				.orElseThrow(() -> new AssertionError("There is no " + className));
			return Files.readString(file);
		}
	}

}
