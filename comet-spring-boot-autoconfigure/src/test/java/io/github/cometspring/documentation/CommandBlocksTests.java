package io.github.cometspring.documentation;

import java.io.IOException;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.ProjectFiles;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the commands of the build that documents print name modules, profiles, tests
 * and properties that exist. To run them takes minutes or hours.
 */
class CommandBlocksTests {

	private static final Pattern MODULES = Pattern.compile(" -pl (\\S+)");

	private static final Pattern PROFILES = Pattern.compile(" -P([\\w,-]+)");

	private static final Pattern TESTS = Pattern.compile(" -D(?:it\\.)?test=(\\w+)");

	private static final Pattern PROPERTIES = Pattern.compile(" -D((?:comet|testing)\\.[\\w.-]+)=");

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().isEmpty())
			.filter((block) -> block.text().startsWith("./mvnw ") || block.text().startsWith("comet-benchmarks/run"));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void namesInCommandShouldExist(CodeBlock block) {
		String text = block.text().replace("\\\n", " ");
		assertThat(text.lines()).allMatch((line) -> line.matches("(\\./mvnw|comet-benchmarks/run)( .*)?"));
		assertThat(all(MODULES, text)).allSatisfy((module) -> assertThat(Document.ROOT.resolve(module)).isDirectory());
		String poms = files("pom.xml");
		assertThat(all(PROFILES, text))
			.allSatisfy((profile) -> assertThat(poms).contains("<id>%s</id>".formatted(profile)));
		assertThat(all(TESTS, text)).filteredOn((test) -> !test.equals("None"))
			.allSatisfy((test) -> assertThat(ProjectFiles.endingWith(test + ".java")).isNotEmpty());
		List<String> properties = all(PROPERTIES, text);
		if (!properties.isEmpty()) {
			String sources = files(".java");
			assertThat(properties).allSatisfy((property) -> assertThat(sources).contains("\"" + property + "\""));
		}
	}

	@Test
	void blocksShouldBeFound() throws IOException {
		assertThat(blocks()).hasSizeGreaterThan(5);
	}

	private static List<String> all(Pattern pattern, String text) {
		return pattern.matcher(text)
			.results()
			.map((MatchResult match) -> match.group(1))
			.flatMap((names) -> Stream.of(names.split(",")))
			.toList();
	}

	private static String files(String ending) {
		return ProjectFiles.endingWith(ending).stream().map(ProjectFiles::read).collect(Collectors.joining());
	}

}
