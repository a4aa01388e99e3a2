package io.github.cometspring.documentation;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.ProjectFiles;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The figures of the section on sizing in {@code docs/deployment.md} are those of the
 * documents that it refers to, and it calculates with them correctly.
 */
class SizingTests {

	private static final Pattern ROW = Pattern.compile(
			"(?m)^\\| [^|]+ \\| ([\\d.]+ (?:KB|µs)) \\| ([\\d,]+) a (?:GB|second) \\(\\[from\\]\\((\\w+\\.md)#[a-z-]+\\)\\) \\|");

	private static final Pattern PRODUCT = Pattern
		.compile("([\\d,]+)(?: × (\\d+))? × ([\\d.]+) (µs|KB) = ([\\d.]+) (of a core|MB)");

	private static final Pattern FIGURE = Pattern.compile("[\\d.]+ µs|[\\d.]+, [\\d.]+ and [\\d.]+ µs");

	@Test
	void figuresShouldBeThoseOfTheirDocuments() throws IOException {
		List<MatchResult> rows = ROW.matcher(sizing()).results().toList();
		assertThat(rows).hasSizeGreaterThan(10);
		for (MatchResult row : rows) {
			String value = row.group(1).split(" ")[0];
			String unit = row.group(1).split(" ")[1];
			// A table of CPU times has its unit in the text before it.
			assertThat(Document.of(row.group(3)).text()).as(row.group())
				.containsPattern("(?<![\\d.])" + Pattern.quote(value) + (unit.equals("KB") ? " KB" : "(?![\\d.])"));
			BigDecimal carried = new BigDecimal(1_000_000).divide(new BigDecimal(value),
					new MathContext(2, RoundingMode.DOWN));
			assertThat(new BigDecimal(row.group(2).replace(",", ""))).as(row.group()).isEqualByComparingTo(carried);
		}
	}

	@Test
	void exampleShouldBeCalculatedFromTheTable() throws IOException {
		List<String> figures = ROW.matcher(sizing()).results().map((row) -> row.group(1)).toList();
		List<MatchResult> products = PRODUCT.matcher(sizing()).results().toList();
		assertThat(products).hasSize(5);
		for (MatchResult product : products) {
			assertThat(figures).contains(product.group(3) + " " + product.group(4));
			BigDecimal result = new BigDecimal(product.group(1).replace(",", ""))
				.multiply(new BigDecimal((product.group(2) != null) ? product.group(2) : "1"))
				.multiply(new BigDecimal(product.group(3)));
			// Microseconds in a second, or KB in MB
			BigDecimal scaled = result.movePointLeft(product.group(4).equals("µs") ? 6 : 3);
			BigDecimal printed = new BigDecimal(product.group(5));
			assertThat(scaled.setScale(printed.scale(), RoundingMode.HALF_UP)).as(product.group())
				.isEqualByComparingTo(printed);
		}
	}

	@Test
	void costsOfPathsShouldBeThoseOfPerformance() throws IOException {
		String costs = part("### What the path costs", "### File descriptors");
		String performance = Document.of("performance.md").text();
		List<String> figures = FIGURE.matcher(costs)
			.results()
			.map(MatchResult::group)
			.flatMap((figure) -> List.of(figure.replace(" µs", "").split(",? (?:and )?")).stream())
			.toList();
		assertThat(figures).hasSizeGreaterThan(5)
			.allSatisfy((figure) -> assertThat(performance)
				.containsPattern("(?<![\\d.])" + Pattern.quote(figure) + "(?![\\d.])"));
	}

	/** For what has no figure in the table. */
	@Test
	void columnsThatTheGuideNamesShouldBePrinted() throws IOException {
		String report = ProjectFiles.read("benchmarks/Report.java");
		String sizing = sizing().replace('\n', ' ');
		for (String column : List.of("heap", "Netty and JDK buffers", "CPU µs to open one")) {
			assertThat(sizing).contains("\"" + column + "\"");
			assertThat(report).contains("\"" + column + "\"");
		}
	}

	private static String sizing() throws IOException {
		return part("## Sizing", "### What the path costs");
	}

	private static String part(String begin, String end) throws IOException {
		String text = Document.of("deployment.md").text();
		return text.substring(text.indexOf(begin), text.indexOf(end));
	}

}
