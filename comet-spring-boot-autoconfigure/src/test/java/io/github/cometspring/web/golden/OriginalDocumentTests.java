package io.github.cometspring.web.golden;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The table of {@code docs/original.md} names tests that exist.
 */
class OriginalDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "original.md");

	private static final Path SOURCES = Path.of("src", "test", "java");

	private static final Pattern NAME = Pattern.compile("`(\\w+)\\.(\\w+Should\\w+)`");

	private static final int COLUMNS = 3;

	static List<String> rows() throws IOException {
		try (Stream<String> lines = Files.lines(DOCUMENT)) {
			return lines.filter((line) -> line.startsWith("| ") && !line.startsWith("| ---"))
				.filter((line) -> !line.startsWith("| The original says"))
				.toList();
		}
	}

	@ParameterizedTest
	@MethodSource("rows")
	void rowShouldNameTestsThatExist(String row) throws IOException {
		List<String> cells = Stream.of(row.substring(1).split("\\|")).map(String::strip).toList();
		assertThat(cells).hasSize(COLUMNS).doesNotContain("");
		List<MatchResult> names = NAME.matcher(cells.get(2)).results().toList();
		if (cells.get(1).startsWith("No test: ")) {
			assertThat(names).isEmpty();
		}
		else {
			assertThat(names).isNotEmpty();
		}
		for (MatchResult name : names) {
			assertThat(source(name.group(1))).as(name.group(1)).contains("void " + name.group(2) + "(");
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
