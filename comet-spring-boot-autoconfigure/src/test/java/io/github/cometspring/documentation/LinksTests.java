package io.github.cometspring.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that links between documents have a target, and that the index of the documents
 * has them all.
 */
class LinksTests {

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");

	static List<Document> documents() throws IOException {
		return Document.all();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void linkShouldHaveTarget(Document document) {
		assertThat(links(document)).allSatisfy((link) -> {
			String[] parts = link.split("#", 2);
			Path target = parts[0].isEmpty() ? Document.ROOT.resolve(document.path()) : target(document, parts[0]);
			assertThat(target).exists();
			if (parts.length > 1) {
				assertThat(anchors(target)).contains(parts[1]);
			}
		});
	}

	@Test
	void indexShouldBeLinkedFromTheReadme() throws IOException {
		assertThat(targets(Document.readme())).contains(Document.ROOT.resolve("docs/README.md"));
	}

	@Test
	void documentShouldBeLinkedFromTheIndex() throws IOException {
		List<Path> linked = targets(Document.at("docs/README.md"));
		assertThat(documents()).map((document) -> Document.ROOT.resolve(document.path()))
			.filteredOn((path) -> path.startsWith(Document.ROOT.resolve("docs")))
			.filteredOn((path) -> !path.equals(Document.ROOT.resolve("docs/README.md")))
			.isNotEmpty()
			.allSatisfy((path) -> assertThat(linked).contains(path));
	}

	private static List<Path> targets(Document document) {
		return links(document).map((link) -> target(document, link.split("#", 2)[0])).toList();
	}

	private static Stream<String> links(Document document) {
		return LINK.matcher(document.prose())
			.results()
			.map((match) -> match.group(1))
			.filter((link) -> !link.matches("[a-z]+:.*"));
	}

	private static Path target(Document document, String link) {
		return Document.ROOT.resolve(document.path()).resolveSibling(link).normalize();
	}

	private static List<String> anchors(Path target) throws IOException {
		return HEADING.matcher(Files.readString(target))
			.results()
			.map((heading) -> heading.group(1).toLowerCase(Locale.ROOT).replaceAll("[^\\w\\- ]", "").replace(' ', '-'))
			.toList();
	}

}
