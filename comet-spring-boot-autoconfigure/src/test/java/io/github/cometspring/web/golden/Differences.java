package io.github.cometspring.web.golden;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The table of {@code docs/differences.md}: the deliberate differences from the original
 * server.
 */
final class Differences {

	static final Path DOCUMENT = Path.of("..", "docs", "differences.md");

	private static final int COLUMNS = 4;

	private Differences() {
	}

	/** The rows by the name of their transcript. */
	static Map<String, Row> read() {
		try (Stream<String> lines = Files.lines(DOCUMENT)) {
			Map<String, Row> rows = new LinkedHashMap<>();
			lines.filter((line) -> line.startsWith("| `")).map(Differences::row).forEach((row) -> {
				if (rows.put(row.transcript(), row) != null) {
					throw new IllegalStateException("Two rows for " + row.transcript());
				}
			});
			return rows;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Row row(String line) {
		List<String> cells = Stream.of(line.strip().substring(1).split("\\|")).map(String::strip).toList();
		if (cells.size() != COLUMNS || cells.stream().anyMatch(String::isEmpty)) {
			throw new IllegalStateException("Not a row of " + COLUMNS + " cells: " + line);
		}
		return new Row(cells.get(0).replace("`", ""), cells.get(1), cells.get(2), cells.get(3));
	}

	/**
	 * A difference.
	 *
	 * @param transcript the name of the transcript
	 * @param original the behaviour of the original
	 * @param comet the behaviour of this server
	 * @param reason the reason
	 */
	record Row(String transcript, String original, String comet, String reason) {

		@Override
		public String toString() {
			return "| `%s` | %s | %s | %s |".formatted(this.transcript, this.original, this.comet, this.reason);
		}

	}

}
