package io.github.cometspring.documentation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The README is short, answers what people search for, and names a test for each answer.
 * Tests that any document names in a comment exist.
 */
class FrontPageTests {

	private static final int MOST_LINES = 250;

	/** What people type into a search box. */
	private static final List<String> SEARCHED = List.of("emitters that leak", "events missed over a reconnect",
			"`FAIL_OVERFLOW`", "`FAIL_ZERO_SUBSCRIBER`", "`FAIL_NON_SERIALIZED`", "30-second shutdowns",
			"buffering proxies", "six connections a host", "idle proxies that cut", "STOMP on WebFlux",
			"sticky sessions", "slow clients", "log-in on streams", "tests of endless streams", "sending to one user",
			"a model's tokens over a reload");

	private static final List<String> ALTERNATIVES = List.of("`Sinks` by hand", "STOMP on Spring MVC", "Atmosphere",
			"Centrifugo", "Mercure");

	private static final Pattern FIGURE = Pattern.compile("(\\d+\\.\\d) (?:µs|KB)");

	private static final Pattern LINK = Pattern.compile("\\]\\([^)]+\\)");

	/** A link to a test, and the method that is meant. */
	private static final Pattern SHOWN_BY = Pattern
		.compile("\\[(\\w+)\\]\\(([\\w/-]+/src/test/java/[\\w/]+/(\\w+)\\.java)\\) <!-- (\\w+)\\.(\\w+) -->");

	private static final Pattern NAMED = Pattern.compile("<!-- (\\w+)\\.(\\w+Should\\w+) -->");

	private static Map<String, List<Path>> sources;

	static List<String> rows() throws IOException {
		return Document.readme().text().split("\n## If you came here because of…\n")[1].split("\n## ")[0].lines()
			.filter((line) -> line.startsWith("| **"))
			.toList();
	}

	static List<Document> documents() throws IOException {
		return Document.all();
	}

	@Test
	void readmeShouldBeShort() throws IOException {
		assertThat(Document.readme().text().lines().count()).isLessThanOrEqualTo(MOST_LINES);
	}

	@Test
	void readmeShouldHaveARowForEachSearch() throws IOException {
		assertThat(rows()).map((row) -> row.split("\\*\\*")[1]).containsExactlyElementsOf(SEARCHED);
	}

	@ParameterizedTest
	@MethodSource("rows")
	void rowShouldHaveAnAnswerWithALinkAndTests(String row) throws IOException {
		List<String> cells = Stream.of(row.substring(1).split("\\|")).map(String::strip).toList();
		assertThat(cells).hasSize(3).doesNotContain("");
		assertThat(cells.get(1)).containsPattern(LINK);
		List<MatchResult> tests = SHOWN_BY.matcher(cells.get(2)).results().toList();
		assertThat(tests).isNotEmpty().hasSize(cells.get(2).split("<!--").length - 1);
		for (MatchResult test : tests) {
			assertThat(List.of(test.group(3), test.group(4))).as(test.group()).containsOnly(test.group(1));
			assertThat(Files.readString(Document.ROOT.resolve(test.group(2)))).contains("void " + test.group(5) + "(");
		}
	}

	@Test
	void readmeShouldStandBesideTheAlternatives() throws IOException {
		String table = Document.readme().text().split("\n## Beside the others\n")[1];
		assertThat(table.lines().filter((line) -> line.startsWith("| ")).findFirst().orElseThrow())
			.contains(ALTERNATIVES);
	}

	/**
	 * Figures that the page repeats are those of the document that has the measurement.
	 */
	@ParameterizedTest
	@CsvSource({ "long poll, ### Long poll, '1,000'",
			"server-sent events, 'Server-sent events, one message in flight:', '1,000'",
			"WebSocket, 'WebSocket, one message in flight:', '1,000'",
			"an idle event stream, ### The rest, an idle event stream" })
	void figureShouldBeThatOfThePerformanceDocument(String row, String section, String measured) throws IOException {
		List<String> figures = FIGURE.matcher(row(Document.readme().text(), "\nMeasured beside each other", row))
			.results()
			.map((figure) -> figure.group(1))
			.toList();
		assertThat(figures).hasSizeGreaterThan(2);
		String line = row(Document.at("docs/performance.md").text(), "\n" + section, measured);
		assertThat(line).contains(figures);
	}

	private static String row(String text, String section, String first) {
		return text.substring(text.indexOf(section))
			.lines()
			.filter((line) -> line.startsWith("| " + first + " |"))
			.findFirst()
			.orElseThrow();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void testThatIsNamedInACommentShouldExist(Document document) throws IOException {
		for (MatchResult name : NAMED.matcher(document.text()).results().toList()) {
			List<Path> files = sources().getOrDefault(name.group(1) + ".java", List.of());
			assertThat(files).as(name.group()).isNotEmpty();
			assertThat(Files.readString(files.get(0))).as(name.group()).contains("void " + name.group(2) + "(");
		}
	}

	private static Map<String, List<Path>> sources() throws IOException {
		if (sources == null) {
			try (Stream<Path> modules = Files.list(Document.ROOT)) {
				List<Path> tests = modules.map((module) -> module.resolve("src/test/java"))
					.filter(Files::isDirectory)
					.toList();
				sources = tests.stream()
					.flatMap(FrontPageTests::files)
					.collect(Collectors.groupingBy((file) -> file.getFileName().toString()));
			}
		}
		return sources;
	}

	private static Stream<Path> files(Path folder) {
		try (Stream<Path> files = Files.walk(folder)) {
			return files.filter(Files::isRegularFile).toList().stream();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
