package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import io.github.cometspring.testing.Requirement;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that JavaScript in the documents, and in the pages that they print, is valid.
 * Needs Node; where there is none the tests are skipped, or fail if the environment has
 * {@code CI}.
 */
class ScriptBlocksTests {

	private static final Pattern SCRIPT = Pattern.compile("(?s)<script[^>]*>(.*?)</script>");

	@TempDir
	private Path folder;

	@BeforeAll
	static void requireNode() {
		Requirement.requireProgram("node");
	}

	static Stream<Script> scripts() throws IOException {
		return Document.all().stream().flatMap((document) -> document.blocks().stream()).flatMap((block) -> {
			if (block.language().equals("js")) {
				return Stream.of(new Script(block, block.text()));
			}
			return block.language().equals("html")
					? SCRIPT.matcher(block.text()).results().map((match) -> new Script(block, match.group(1)))
					: Stream.empty();
		});
	}

	@ParameterizedTest
	@MethodSource("scripts")
	void scriptShouldBeOne(Script script) throws IOException, InterruptedException {
		Path file = Files.writeString(this.folder.resolve("script.mjs"), script.text());
		Process node = new ProcessBuilder("node", "--check", file.toString()).redirectErrorStream(true).start();
		String words = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
		assertThat(node.waitFor()).as("%s: %s", script, words).isZero();
	}

	@Test
	void scriptsShouldBeFound() throws IOException {
		assertThat(scripts()).extracting((script) -> script.block().language()).contains("js", "html");
	}

	record Script(CodeBlock block, String text) {

		@Override
		public String toString() {
			return this.block.place();
		}

	}

}
