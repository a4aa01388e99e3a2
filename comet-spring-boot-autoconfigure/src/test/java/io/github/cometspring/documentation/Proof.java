package io.github.cometspring.documentation;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.ProjectFiles;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What shows that a claim of a document is true. It stands beside the claim, in an
 * invisible comment: a test, a test of the browser client, or a command. The word
 * {@value #ADVICE} is for a sentence that claims nothing about the product.
 *
 * @param text what the comment says
 */
record Proof(String text) {

	/** Marks text that recommends, defines or refers to other documents. */
	static final String ADVICE = "advice";

	private static final Pattern COMMENT = Pattern.compile("<!-- (.*?) -->");

	private static final Pattern TEST = Pattern.compile("(\\w+)\\.(\\w+Should\\w+)");

	private static final Pattern SCRIPT_TEST = Pattern.compile("([\\w-]+\\.test\\.m?js): (.*)");

	private static final Pattern MODE = Pattern.compile("--mode (\\S+)");

	/** A test class that a column of a table names for the reader. */
	private static final Pattern TEST_CLASS = Pattern.compile("`(\\w+(?:Tests|IT))`");

	static List<Proof> in(String text) {
		return Stream.concat(found(COMMENT, text), found(TEST_CLASS, text)).map(Proof::new).toList();
	}

	private static Stream<String> found(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((match) -> match.group(1));
	}

	/** Fails if there is no such test or command. */
	void assertExists() {
		Matcher test = TEST.matcher(this.text);
		Matcher script = SCRIPT_TEST.matcher(this.text);
		if (test.matches()) {
			assertThat(ProjectFiles.read(test.group(1) + ".java")).as(this.text)
				.contains("void " + test.group(2) + "(");
		}
		else if (script.matches()) {
			assertThat(ProjectFiles.read(script.group(1))).as(this.text)
				.contains("test('%s'".formatted(script.group(2)));
		}
		else if (this.text.startsWith("comet-benchmarks/run")) {
			assertModesExist();
		}
		else if (this.text.matches("\\w+(Tests|IT)")) {
			boolean inKotlin = !ProjectFiles.endingWith(this.text + ".kt").isEmpty();
			assertThat(ProjectFiles.read(this.text + (inKotlin ? ".kt" : ".java"))).contains("@");
		}
		else {
			assertThat(this.text).isEqualTo(ADVICE);
		}
	}

	private void assertModesExist() {
		String measures = ProjectFiles.read("comet-benchmarks/README.md");
		List<String> modes = MODE.matcher(this.text)
			.results()
			.map((MatchResult match) -> match.group(1))
			.flatMap((names) -> Stream.of(names.split(",")))
			.toList();
		assertThat(modes).as(this.text)
			.allSatisfy((mode) -> assertThat(measures).containsPattern("(?m)^\\| .*`%s`.* \\|".formatted(mode)));
	}

}
