package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that dependencies in Gradle's languages are the modules of this version.
 */
class GradleBlocksTests {

	private static final Set<String> LANGUAGES = Set.of("groovy", "kts");

	private static final Pattern DEPENDENCIES = Pattern
		.compile("dependencies \\{\\n(?:\\timplementation(?: '[\\w.:-]+'|\\(\"[\\w.:-]+\"\\))\\n)+}\\n");

	private static final Pattern COORDINATES = Pattern.compile("['\"](.+):(.+):(.+)['\"]");

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> LANGUAGES.contains(block.language()));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void dependencyShouldBeAModuleOfThisVersion(CodeBlock block) throws IOException {
		assertThat(block.text()).matches(DEPENDENCIES);
		String version = version();
		assertThat(COORDINATES.matcher(block.text()).results()).isNotEmpty().allSatisfy((coordinates) -> {
			assertThat(coordinates.group(1)).isEqualTo("io.github.cometspring");
			assertThat(Document.ROOT.resolve(coordinates.group(2))).isDirectory();
			assertThat(coordinates.group(3)).isEqualTo(version);
		});
	}

	private static String version() throws IOException {
		return Pattern.compile("<revision>(.*)</revision>")
			.matcher(Files.readString(Document.ROOT.resolve("pom.xml")))
			.results()
			.map((MatchResult match) -> match.group(1))
			.findFirst()
			.orElseThrow();
	}

}
