package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that Java code in the documents compiles. A block that declares a type compiles
 * as printed. A shorter block has members of a class, statements or an expression, and
 * may use the beans of the starter.
 */
class JavaBlocksTests {

	private static final Pattern TYPE = Pattern
		.compile("(?m)^(?:(?:public|final|abstract|sealed) )*(?:class|interface|record|enum) (\\w+)");

	private static final Pattern MEMBER = Pattern.compile("(?s)^\\s*(@\\w+|(public|private|protected|static) ).*");

	private static final String AT_HAND = """
			import io.github.cometspring.channel.*;
			import io.github.cometspring.client.*;
			import io.github.cometspring.control.*;
			import io.github.cometspring.event.*;
			import io.github.cometspring.publish.*;
			import io.github.cometspring.security.*;
			import io.github.cometspring.typed.*;
			import java.time.*;
			import java.util.*;
			import org.springframework.boot.security.autoconfigure.actuate.web.reactive.EndpointRequest;
			import org.springframework.context.annotation.*;
			import org.springframework.context.event.EventListener;
			import org.springframework.core.Ordered;
			import org.springframework.core.annotation.Order;
			import org.springframework.http.*;
			import org.springframework.security.config.Customizer;
			import org.springframework.security.config.web.server.*;
			import org.springframework.security.web.server.util.matcher.*;
			import org.springframework.security.web.server.*;
			import org.springframework.security.web.server.authentication.*;
			import org.springframework.security.web.server.authentication.logout.*;
			import org.springframework.security.web.server.context.*;
			import org.springframework.web.bind.annotation.*;
			import org.springframework.web.server.*;
			import reactor.core.publisher.*;
			import reactor.util.retry.Retry;
			""";

	private static final String BEANS = "Channels channels, Channel channel, TypedChannels typedChannels, "
			+ "CometControl control, ChannelAuthorizer authorizer";

	/** The tests of the module comet-spring-boot-starter-test compile its blocks. */
	private static final Path OF_TEST_KIT = Path.of("docs", "testing.md");

	@TempDir
	private Path folder;

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.filter((document) -> !document.path().equals(OF_TEST_KIT))
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("java"));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void blockShouldCompile(CodeBlock block) throws IOException {
		Matcher type = TYPE.matcher(block.text());
		boolean complete = type.find();
		Path file = this.folder.resolve((complete ? type.group(1) : "Snippet") + ".java");
		Files.writeString(file, complete ? block.text() : wrap(block.text()));
		assertThat(JavaCompilation.compile(List.of(file), this.folder)).as(block.place()).isEmpty();
	}

	@Test
	void blocksShouldBeFound() throws IOException {
		assertThat(blocks()).anyMatch((block) -> TYPE.matcher(block.text()).find())
			.anyMatch((block) -> !TYPE.matcher(block.text()).find());
	}

	/**
	 * A configuration class of beans that a document prints.
	 * @param name the name of the class
	 * @param beans the methods
	 */
	static String configuration(String name, String beans) {
		return AT_HAND + "@Configuration(proxyBeanMethods = false)\npublic class " + name + " {\n" + beans + "\n}\n";
	}

	private static String wrap(String text) {
		if (MEMBER.matcher(text).matches()) {
			return AT_HAND + "class Snippet {\n" + text + "\n}\n";
		}
		String body = text.contains(";") ? text : "var value = " + text + ";";
		return AT_HAND + "class Snippet { void snippet(" + BEANS + ") throws Exception {\n" + body + "\n} }\n";
	}

}
