package io.github.cometspring.documentation;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;

import org.springframework.security.core.SpringSecurityCoreVersion;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that versions and figures in the documents are those of the project.
 */
class StatedFactsTests {

	private static final Pattern SIZE = Pattern.compile("under (\\d+) KB(?:\\s+(gzipped))?");

	@Test
	void dependencyShouldBeTheStarterOfThisVersion() throws IOException {
		String printed = Document.readme()
			.blocks()
			.stream()
			.filter((block) -> block.language().equals("xml"))
			.findFirst()
			.orElseThrow()
			.text();
		String parent = Files.readString(Document.ROOT.resolve("pom.xml"));
		String starter = Files.readString(Document.ROOT.resolve("comet-spring-boot-starter/pom.xml"));
		assertThat(element("groupId", printed)).isEqualTo(element("groupId", starter));
		assertThat(element("version", printed)).isEqualTo(element("revision", parent));
		assertThat(element("artifactId", printed))
			.isEqualTo(element("artifactId", starter.substring(starter.indexOf("</parent>"))));
	}

	/** A reader copies the blocks: those of an unreleased version would not be found. */
	@Test
	void dependenciesInDocumentsShouldBeOfTheRelease() throws IOException {
		String version = element("revision", Files.readString(Document.ROOT.resolve("pom.xml")));
		for (Document document : Document.all()) {
			assertThat(matches("<artifactId>comet-[\\w-]+</artifactId>\\s*<version>(.*?)</version>", document.text()))
				.as(document.toString())
				.allSatisfy((printed) -> assertThat(printed).isEqualTo(version));
		}
	}

	/** Until the release is published. */
	@Test
	void documentsShouldSayHowToHaveTheReleaseBefore() throws IOException {
		for (Document document : List.of(Document.readme(), Document.at("docs/getting-started.md"))) {
			assertThat(document.prose()).as(document.toString()).contains("`./mvnw install -DskipTests -Dchangelist=`");
		}
	}

	@Test
	void versionsShouldBeThoseOfTheBuild() throws IOException {
		String pom = Files.readString(Document.ROOT.resolve("pom.xml"));
		String java = element("java.version", pom);
		String boot = element("spring-boot.version", pom).replaceAll("\\.\\d+$", "");
		assertThat(Document.readme().prose()).contains("JDK (%s or newer)".formatted(java))
			.contains("| Java | %s and newer |".formatted(java))
			.contains(" and %s, with WebFlux".formatted(boot));
		for (Document document : Document.all()) {
			assertThat(matches("Spring Boot (\\d+\\.\\d+)", document.prose())).as(document.toString())
				.allSatisfy((version) -> assertThat(version).isLessThanOrEqualTo(boot));
		}
	}

	@Test
	void testedVersionsShouldBeThoseOfTheBuild() throws IOException {
		String table = text("docs/versions.md");
		for (String pom : List.of("pom.xml", "comet-compatibility/boot-4.0/pom.xml",
				"comet-compatibility/boot-3.5/pom.xml")) {
			assertThat(table).contains("| %s | each build |".formatted(element("spring-boot.version", text(pom))));
		}
		assertThat(table).contains("with Netty " + element("netty.version", text("pom.xml")).replace(".Final", ","));
		assertThat(matches("\\| ([\\d, ]+) \\| on GitHub", table))
			.isEqualTo(matches("java: \\[(.*)]", text(".github/workflows/build.yml").replace("'", "")));
	}

	@Test
	void testedSpringSecurityShouldBeThatOfTheBuild() throws IOException {
		String version = SpringSecurityCoreVersion.getVersion();
		assertThat(text("docs/versions.md")).contains("| Spring Security | %s | each build |".formatted(version));
		assertThat(text("docs/behind-security.md"))
			.contains("| %s | %s |".formatted(version, element("spring-boot.version", text("pom.xml"))));
	}

	@Test
	void sizeOfTheBrowserClientShouldBeTrue() throws IOException {
		byte[] script = Files
			.readAllBytes(Document.ROOT.resolve("comet-spring-boot-autoconfigure/src/main/client/comet.js"));
		List<MatchResult> sizes = Document.all()
			.stream()
			.flatMap((document) -> SIZE.matcher(document.prose()).results())
			.toList();
		assertThat(sizes).isNotEmpty().allSatisfy((size) -> {
			int real = (size.group(2) != null) ? gzipped(script) : script.length;
			assertThat(real).as(size.group()).isLessThan(1024 * Integer.parseInt(size.group(1)));
		});
	}

	private static int gzipped(byte[] bytes) throws IOException {
		ByteArrayOutputStream small = new ByteArrayOutputStream();
		try (OutputStream out = new GZIPOutputStream(small)) {
			out.write(bytes);
		}
		return small.size();
	}

	private static String text(String file) throws IOException {
		return Files.readString(Document.ROOT.resolve(file));
	}

	private static String element(String name, String xml) {
		return matches("<%1$s>(.*?)</%1$s>".formatted(Pattern.quote(name)), xml).get(0);
	}

	private static List<String> matches(String pattern, String text) {
		return Pattern.compile(pattern).matcher(text).results().map((match) -> match.group(1)).toList();
	}

}
