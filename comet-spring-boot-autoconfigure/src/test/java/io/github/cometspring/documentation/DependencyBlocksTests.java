package io.github.cometspring.documentation;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import javax.xml.parsers.DocumentBuilderFactory;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.ProjectFiles;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that dependencies in the documents are well-formed, and that this build has each
 * of them: its own modules with their version, and the others with the version that
 * Spring Boot manages.
 */
class DependencyBlocksTests {

	static Stream<CodeBlock> blocks() throws IOException {
		return Document.all()
			.stream()
			.flatMap((document) -> document.blocks().stream())
			.filter((block) -> block.language().equals("xml"));
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void dependencyShouldBeInThisBuild(CodeBlock block) throws Exception {
		List<Element> printed = dependencies(block.text());
		List<Element> known = new ArrayList<>();
		for (String module : List.of("comet-spring-boot-autoconfigure", "comet-spring-boot-starter", "sample-app")) {
			known.addAll(dependencies(ProjectFiles.read(module + "/pom.xml")));
		}
		assertThat(printed).isNotEmpty().allSatisfy((dependency) -> {
			boolean own = text(dependency, "groupId").equals("io.github.cometspring");
			if (own) {
				assertThat(Document.ROOT.resolve(text(dependency, "artifactId"))).isDirectory();
			}
			else {
				assertThat(known).anyMatch((other) -> name(other).equals(name(dependency)));
			}
			assertThat(text(dependency, "version").isEmpty()).isEqualTo(!own);
		});
	}

	private static List<Element> dependencies(String xml) throws Exception {
		NodeList nodes = DocumentBuilderFactory.newInstance()
			.newDocumentBuilder()
			.parse(new InputSource(new StringReader(xml)))
			.getElementsByTagName("dependency");
		List<Element> elements = new ArrayList<>();
		for (int i = 0; i < nodes.getLength(); i++) {
			elements.add((Element) nodes.item(i));
		}
		return elements;
	}

	private static String name(Element dependency) {
		return text(dependency, "groupId") + ":" + text(dependency, "artifactId");
	}

	private static String text(Element parent, String name) {
		NodeList nodes = parent.getElementsByTagName(name);
		return (nodes.getLength() > 0) ? nodes.item(0).getTextContent().strip() : "";
	}

}
