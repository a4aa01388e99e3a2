package io.github.cometspring.documentation;

import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import io.github.cometspring.testing.ProjectFiles;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the document on the benchmarks has each server and each option, and that
 * what the run prints is what the documents refer to.
 */
class BenchmarksDocumentTests {

	private static final Pattern KIND = Pattern.compile("(?m)^\\t([A-Z_]+)\\(");

	private static final Pattern OPTION = Pattern.compile("\"(--[a-z-]+)\"");

	@Test
	void serverShouldHaveARow() {
		List<String> kinds = all(KIND, "benchmarks/ServerKind.java");
		assertThat(kinds).contains("FLOOR", "COMET", "NCHAN")
			.allSatisfy((kind) -> assertThat(document())
				.contains("\n| `" + kind.toLowerCase(Locale.ROOT).replace('_', '-') + "` | "));
	}

	@Test
	void optionShouldHaveARow() {
		List<String> options = all(OPTION, "benchmarks/Options.java");
		assertThat(options).contains("--mode", "--minutes")
			.allSatisfy((option) -> assertThat(document()).containsPattern("(?m)^\\| .*`" + option + "`.* \\|"));
	}

	/** A reader follows the link to what the run has printed. */
	@Test
	void reportShouldHaveTheHeadingOfTheDocument() {
		String heading = "## What is still missed\n";
		assertThat(ProjectFiles.read("benchmarks/Aims.java")).contains(heading);
		assertThat(ProjectFiles.read("docs/performance.md")).contains("\n" + heading);
	}

	private static List<String> all(Pattern pattern, String file) {
		return pattern.matcher(ProjectFiles.read(file)).results().map((MatchResult match) -> match.group(1)).toList();
	}

	private static String document() {
		return ProjectFiles.read("comet-benchmarks/README.md");
	}

}
