package io.github.cometspring.release;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.util.FileSystemUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The check of a release finds each thing that is missing: a small release is complete,
 * and each test takes one thing from it.
 */
class ReleaseFolderTests {

	private static final String VERSION = "1.2.3";

	private static final String MANIFEST = """
			Manifest-Version: 1.0
			Implementation-Version: 1.2.3
			Automatic-Module-Name: comet.lib
			""";

	private static final String POM = """
			<project>
				<groupId>org.example</groupId>
				<artifactId>comet-lib</artifactId>
				<version>1.2.3</version>
				<name>Lib</name>
				<description>A library</description>
				<url>https://example.org/lib</url>
				<licenses><license><name>Apache</name><url>https://example.org/license</url></license></licenses>
				<developers><developer><name>Ada</name></developer></developers>
				<scm>
					<connection>scm:git:one</connection>
					<developerConnection>scm:git:two</developerConnection>
					<url>https://example.org/scm</url>
				</scm>
				<dependencies>
					<dependency>
						<groupId>org.example</groupId>
						<artifactId>other</artifactId>
						<version>1.0</version>
						<scope>compile</scope>
					</dependency>
				</dependencies>
			</project>
			""";

	private static final String SBOM = """
			{ "bomFormat": "CycloneDX", "metadata": { "component": { "purl": "pkg:maven/org.example/comet-lib@1.2.3?type=jar" } } }
			""";

	@TempDir
	private Path project;

	private Path folder;

	@BeforeEach
	void deploy() throws IOException {
		this.folder = this.project.resolve("target/release");
		write(this.project.resolve("pom.xml"),
				"<project><modules><module>lib</module><module>sample</module></modules></project>");
		write(this.project.resolve("lib/pom.xml"),
				"<project><artifactId>comet-lib</artifactId><goal>test-jar</goal></project>");
		write(this.project.resolve("sample/pom.xml"), "<project><artifactId>sample</artifactId><properties>"
				+ "<maven.deploy.skip>true</maven.deploy.skip></properties></project>");
		write(file(".pom"), POM);
		write(file("-cyclonedx.json"), SBOM);
		jar(file(".jar"), mainJar());
		jar(file("-sources.jar"), Map.of("org/example/Lib.java", ""));
		jar(file("-javadoc.jar"), Map.of("index.html", ""));
		jar(file("-tests.jar"), Map.of("org/example/LibTests.class", ""));
		addChecksums();
	}

	private static Map<String, String> mainJar() {
		Map<String, String> entries = new LinkedHashMap<>();
		entries.put("META-INF/MANIFEST.MF", MANIFEST);
		entries.put("META-INF/LICENSE", "");
		entries.put("META-INF/NOTICE", "");
		entries.put("org/example/Lib.class", "");
		return entries;
	}

	private Path file(String suffix) {
		return this.folder.resolve("org/example/comet-lib/" + VERSION + "/comet-lib-" + VERSION + suffix);
	}

	private static void write(Path file, String text) throws IOException {
		Files.createDirectories(file.getParent());
		Files.writeString(file, text);
	}

	private static void jar(Path file, Map<String, String> entries) throws IOException {
		try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
			for (Map.Entry<String, String> entry : entries.entrySet()) {
				ZipEntry header = new ZipEntry(entry.getKey());
				header.setTime(entry.getValue().equals("late") ? 1_000_000_000_000L : 1_500_000_000_000L);
				zip.putNextEntry(header);
				zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
			}
		}
	}

	private void addChecksums() throws IOException {
		for (Path file : files()) {
			if (!file.toString().matches(".*\\.(md5|sha\\d+)")) {
				ReleaseFolder.addChecksums(file);
			}
		}
	}

	private List<Path> files() throws IOException {
		try (Stream<Path> files = Files.list(file("").getParent())) {
			return files.toList();
		}
	}

	private List<String> check() throws IOException {
		return ReleaseFolder.check(this.folder, this.project, false);
	}

	@Test
	void completeFolderShouldBeFine() throws IOException {
		assertThat(check()).isEmpty();
	}

	@Test
	void folderWhenThereIsNoneShouldLackTheModule() throws IOException {
		FileSystemUtils.deleteRecursively(this.folder);
		assertThat(check()).singleElement().asString().contains("has no module comet-lib");
	}

	@Test
	void folderWhenModuleIsNotToBeReleasedShouldBeWrong() throws IOException {
		write(this.project.resolve("lib/pom.xml"), "<project><artifactId>comet-lib</artifactId><properties>"
				+ "<maven.deploy.skip>true</maven.deploy.skip></properties></project>");
		assertThat(check()).singleElement().asString().contains("comet-lib, which is no module to release");
	}

	@ParameterizedTest
	@ValueSource(strings = { ".jar", "-sources.jar", "-javadoc.jar", "-cyclonedx.json", "-tests.jar", ".jar.md5",
			".pom.sha1", "-sources.jar.sha256", "-cyclonedx.json.sha512" })
	void fileWhenMissingShouldBeNamed(String suffix) throws IOException {
		Files.delete(file(suffix));
		assertThat(check()).contains(this.folder.relativize(file(suffix)) + " is missing");
	}

	@ParameterizedTest
	@ValueSource(strings = { "md5", "sha1", "sha256", "sha512" })
	void checksumWhenOfAnotherFileShouldBeNamed(String extension) throws IOException {
		write(file(".jar." + extension), "0123");
		assertThat(check()).singleElement().asString().endsWith(extension + " is not that of the file");
	}

	@ParameterizedTest
	@ValueSource(strings = { "name", "description", "url", "licenses", "developers", "scm", "connection",
			"developerConnection" })
	void pomWhenElementIsMissingShouldBeNamed(String element) throws IOException {
		changePom("(?s)<%1$s>.*?</%1$s>".formatted(element), "");
		assertThat(check()).isNotEmpty().allSatisfy((problem) -> assertThat(problem).contains("has no", element));
	}

	@ParameterizedTest
	@CsvSource(
			textBlock = """
					<dependencies>,                <parent/><dependencies>,         has <parent>
					<dependencies>,                <build/><dependencies>,          has <build>
					<dependencies>,                <dependencyManagement/><dependencies>, has <dependencyManagement>
					<dependencies>,                <repositories/><dependencies>,   has <repositories>
					<version>1.0</version>,        '',                              without a version
					<version>1.0</version>,        <version>${a}</version>,         not resolved
					<version>1.0</version>,        <version>1.0-SNAPSHOT</version>, has a snapshot
					<scope>compile</scope>,        <scope>test</scope>,             no user can need
					<groupId>org.example</groupId>\\s+<artifactId>comet, <groupId>com.example</groupId><artifactId>comet, not at the place
					""")
	void pomWhenItHasWhatUsersCannotUseShouldBeNamed(String pattern, String replacement, String problem)
			throws IOException {
		changePom(pattern, replacement);
		assertThat(check()).anySatisfy((found) -> assertThat(found).contains(problem));
	}

	private void changePom(String pattern, String replacement) throws IOException {
		String changed = POM.replaceFirst(pattern, replacement.replace("$", "\\$"));
		assertThat(changed).isNotEqualTo(POM);
		write(file(".pom"), changed);
		addChecksums();
	}

	@ParameterizedTest
	@CsvSource(textBlock = """
			META-INF/LICENSE,     , has no META-INF/LICENSE
			META-INF/NOTICE,      , has no META-INF/NOTICE
			META-INF/NOTICE,      late, different times
			META-INF/MANIFEST.MF, Implementation-Version: 1.2.3, Automatic-Module-Name
			META-INF/MANIFEST.MF, Automatic-Module-Name: comet.lib, Implementation-Version
			META-INF/MANIFEST.MF, Automatic-Module-Name: comet-lib, Automatic-Module-Name
			""")
	void jarWhenEntryIsWrongShouldBeNamed(String name, String content, String problem) throws IOException {
		Map<String, String> entries = mainJar();
		if (content == null) {
			entries.remove(name);
		}
		else {
			entries.put(name, name.endsWith(".MF") ? "Manifest-Version: 1.0\n%s\n".formatted(content) : content);
		}
		jar(file(".jar"), entries);
		addChecksums();
		assertThat(check()).anySatisfy((found) -> assertThat(found).contains("comet-lib-1.2.3.jar", problem));
	}

	@ParameterizedTest
	@CsvSource({ "-sources.jar, has no sources", "-javadoc.jar, has no index.html" })
	void jarWhenEmptyShouldBeNamed(String suffix, String problem) throws IOException {
		jar(file(suffix), Map.of("README", ""));
		addChecksums();
		assertThat(check()).singleElement().asString().endsWith(suffix + " " + problem);
	}

	@Test
	void sourcesWhenTheyLackThoseInKotlinShouldBeNamed() throws IOException {
		Map<String, String> entries = mainJar();
		entries.put("META-INF/comet-lib.kotlin_module", "");
		jar(file(".jar"), entries);
		addChecksums();
		assertThat(check()).singleElement().asString().endsWith("-sources.jar has no sources in Kotlin");
		jar(file("-sources.jar"), Map.of("org/example/Lib.java", "", "org/example/Extensions.kt", ""));
		addChecksums();
		assertThat(check()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "CycloneDX, Other", "@1.2.3, @1.2.4" })
	void sbomWhenOfAnotherKindOrModuleShouldBeNamed(String before, String after) throws IOException {
		write(file("-cyclonedx.json"), SBOM.replace(before, after));
		addChecksums();
		assertThat(check()).singleElement().asString().contains("is no CycloneDX SBOM");
	}

	@Test
	void signatureWhenDemandedShouldBeMissingOnEachFile() throws IOException {
		assertThat(ReleaseFolder.check(this.folder, this.project, true)).hasSize(6)
			.allSatisfy((problem) -> assertThat(problem).endsWith(".asc is missing"));
	}

	@Test
	void signatureWhenThereAreOthersShouldBeMissing() throws IOException {
		for (Path file : files()) {
			if (!file.toString().matches(".*\\.(md5|sha\\d+)")) {
				write(Path.of(file + ".asc"), "-----BEGIN PGP SIGNATURE-----\n");
			}
		}
		addChecksums();
		assertThat(check()).isEmpty();
		write(file(".pom.asc"), "none");
		addChecksums();
		assertThat(check()).singleElement().asString().endsWith(".pom.asc is no signature");
		Files.delete(file(".pom.asc"));
		assertThat(check()).singleElement().asString().endsWith(".pom.asc is missing");
	}

}
