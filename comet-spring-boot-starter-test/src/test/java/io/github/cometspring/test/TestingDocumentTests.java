package io.github.cometspring.test;

import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that the code of {@code docs/testing.md} and of the Javadoc compiles. A block
 * that has imports compiles as printed; a shorter one is a class or has members of one.
 */
class TestingDocumentTests {

	private static final Pattern TYPE = Pattern.compile("(?m)^class (\\w+)");

	private static final Pattern EXAMPLE = Pattern.compile("(?s)<pre class=\"code\">\\n(.*?)</pre>");

	private static final String AT_HAND = """
			import io.github.cometspring.channel.*;
			import io.github.cometspring.client.*;
			import io.github.cometspring.control.*;
			import io.github.cometspring.subscription.Transport;
			import io.github.cometspring.test.*;
			import io.github.cometspring.typed.*;
			import java.time.*;
			import org.junit.jupiter.api.*;
			import org.springframework.beans.factory.annotation.Autowired;
			import org.springframework.boot.test.context.SpringBootTest;
			import org.springframework.security.test.context.support.WithMockUser;
			import reactor.test.StepVerifier;
			import static org.assertj.core.api.Assertions.assertThat;
			""";

	private static final String FIELDS = "CometTester comet; Channels channels; TypedChannels typedChannels; "
			+ "CometControl control; Channel prices; record Price(String symbol, int amount) { }\n";

	@TempDir
	private Path folder;

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.filter((document) -> document.path().equals(Path.of("docs", "testing.md")))
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("java"));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void blockShouldCompile(CodeBlock block) throws IOException {
		assertThat(compile(block.text())).as(block.place()).isEmpty();
	}

	@Test
	void blocksShouldBeFound() throws IOException {
		assertThat(blocks()).hasSizeGreaterThan(3).anyMatch((block) -> block.text().contains("import "));
	}

	@Test
	void exampleOfJavadocShouldCompile() throws IOException {
		String source = Files.readString(Path.of("src/main/java/io/github/cometspring/test/CometTester.java"));
		Matcher example = EXAMPLE.matcher(source);
		assertThat(example.find()).isTrue();
		String code = example.group(1).replaceAll("(?m)^ \\* ?", "").replace("&#064;", "@");
		assertThat(compile(code)).isEmpty();
	}

	private String compile(String block) throws IOException {
		Matcher type = TYPE.matcher(block);
		boolean whole = type.find();
		String code = block.contains("import ") ? block
				: AT_HAND + (whole ? block : "class Snippet {\n" + FIELDS + block + "\n}\n");
		Path file = Files.writeString(this.folder.resolve((whole ? type.group(1) : "Snippet") + ".java"), code);
		JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
		StringWriter words = new StringWriter();
		try (StandardJavaFileManager manager = compiler.getStandardFileManager(null, null, null)) {
			boolean compiled = compiler
				.getTask(words, manager, null,
						List.of("-proc:none", "-d", this.folder.toString(), "-cp",
								System.getProperty("java.class.path")),
						null, manager.getJavaFileObjects(file))
				.call();
			return compiled ? "" : words.toString();
		}
	}

}
