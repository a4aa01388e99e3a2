package io.github.cometspring.documentation;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Lists the blocks of code of the README and of the guide with the test that compiles,
 * parses or runs each, and fails for a block that no test takes.
 */
class CodeBlocksTests {

	private static final List<String> DOCUMENTS = List.of("README.md", "docs/operations.md", "docs/security.md",
			"docs/deployment.md", "docs/secured-application.md", "docs/scaling.md", "docs/delivery.md",
			"docs/channels.md");

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.filter((document) -> DOCUMENTS.contains(document.toString().replace('\\', '/')))
			.flatMap((document) -> document.blocks().stream());
	}

	/** The blocks that a test takes, by the name of the test. */
	private static Map<String, Predicate<CodeBlock>> takers() throws IOException {
		List<CodeBlock> java = JavaBlocksTests.blocks().toList();
		List<CodeBlock> scripts = ScriptBlocksTests.scripts().map(ScriptBlocksTests.Script::block).toList();
		List<CodeBlock> builds = CommandBlocksTests.blocks().toList();
		List<CodeBlock> dependencies = DependencyBlocksTests.blocks().toList();
		List<CodeBlock> gradle = GradleBlocksTests.blocks().toList();
		Map<String, Predicate<CodeBlock>> takers = new HashMap<>(takersOfCommands());
		takers.put("JavaBlocksTests", java::contains);
		takers.put("ScriptBlocksTests", scripts::contains);
		takers.put("CommandBlocksTests", builds::contains);
		takers.put("DependencyBlocksTests", dependencies::contains);
		takers.put("GradleBlocksTests", gradle::contains);
		// Of the module comet-kotlin-tests, which compiles and calls what the blocks have
		takers.put("KotlinExtensionsTests",
				(block) -> isIn("docs/channels.md", block) && block.language().equals("kotlin"));
		return takers;
	}

	private static Map<String, Predicate<CodeBlock>> takersOfCommands() {
		return Map.of(
				// Properties of Comet exist, and what is no properties file is YAML.
				"PropertyDocumentsTests", (block) -> block.language().equals("yaml"),
				// The state, and all commands of the README
				"ReadmeApplicationIT",
				(block) -> (isIn("docs/operations.md", block) && block.language().equals("json"))
						|| (isIn("README.md", block) && block.text().startsWith("curl ")),
				"SecurityCommandsIT",
				(block) -> isIn("docs/security.md", block) && block.language().isEmpty()
						&& (block.text().contains("operator:PASSWORD") || block.text().contains("X-CSRF-TOKEN")),
				"SecuredApplicationIT",
				(block) -> isIn("docs/secured-application.md", block)
						&& (block.language().equals("sh") || block.file().isPresent()),
				"ProxySnippetsIT", CodeBlocksTests::isOfProxy, "ScalingDocumentTests",
				(block) -> isIn("docs/scaling.md", block) && block.text().startsWith("ACL SETUSER comet "));
	}

	private static boolean isIn(String document, CodeBlock block) {
		return block.place().replace('\\', '/').startsWith(document + ":");
	}

	/** Whether the block is the one that a proxy runs with. */
	private static boolean isOfProxy(CodeBlock block) {
		return Stream.of(PrintedProxy.Kind.values()).anyMatch((kind) -> kind.printed().equals(block));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void blockShouldBeTakenByATest(CodeBlock block) throws IOException {
		assertThat(takers()).as("the tests that take %s", block).anySatisfy((test, taken) -> {
			assertThat(taken).accepts(block);
			new Proof(test).assertExists();
		});
	}

	@Test
	void testShouldTakeSomeBlock() throws IOException {
		List<CodeBlock> blocks = blocks().toList();
		assertThat(takers()).allSatisfy((test, taken) -> assertThat(blocks).as(test).anyMatch(taken));
	}

}
