package io.github.cometspring.web;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * {@code docs/delivery.md} names a test in each cell of its table, in an invisible
 * comment.
 */
class DeliveryDocumentTests {

	private static final Path DOCUMENT = Path.of("..", "docs", "delivery.md");

	private static final Pattern COMMENT = Pattern.compile("<!-- (.*?) -->");

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

}
