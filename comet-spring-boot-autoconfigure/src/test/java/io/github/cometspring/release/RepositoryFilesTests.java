package io.github.cometspring.release;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.ProjectFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The files that GitHub, Renovate and the release read are valid, and fit the project.
 */
class RepositoryFilesTests {

	/**
	 * A tag can be moved, a commit cannot; the version is for people and for Renovate.
	 */
	private static final Pattern ACTION = Pattern.compile("uses: [\\w-]+/[\\w-]+@[0-9a-f]{40} # v\\d+\\.\\d+\\.\\d+");

	private static final Pattern SCRIPT = Pattern.compile("(?<![\\w/.])\\.(ci|github)/\\w+");

	/** How the hosts of package registries are called, whichever registry it is. */
	private static final Pattern REGISTRY = Pattern.compile(
			"(?<![\\w.-])(repo\\d?|registry|central|oss|s01|deb)\\.[a-z0-9-]+(\\.[a-z0-9-]+)*\\.(org|com|io|net)\\b");

	private static final Set<String> WRITES = Set.of("release.yml: npm: id-token", "release.yml: notes: contents");

	static List<Path> workflows() throws IOException {
		return files(".github/workflows");
	}

	static List<Path> forms() throws IOException {
		return files(".github/ISSUE_TEMPLATE").stream().filter((file) -> !file.endsWith("config.yml")).toList();
	}

	private static List<Path> files(String folder) throws IOException {
		try (Stream<Path> files = Files.list(Document.ROOT.resolve(folder))) {
			return files.sorted().toList();
		}
	}

	@SuppressWarnings("unchecked")
	private static Map<Object, Object> yaml(Path file) throws IOException {
		return (Map<Object, Object>) new Yaml().load(Files.readString(file));
	}

	@SuppressWarnings("unchecked")
	private static Map<String, Map<String, Object>> jobs(Path workflow) throws IOException {
		return (Map<String, Map<String, Object>>) yaml(workflow).get("jobs");
	}

	@SuppressWarnings("unchecked")
	private static List<Map<String, Object>> steps(Path workflow) throws IOException {
		return jobs(workflow).values()
			.stream()
			.flatMap((job) -> ((List<Map<String, Object>>) job.get("steps")).stream())
			.toList();
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void workflowShouldPinActionsAndEnd(Path workflow) throws IOException {
		long actions = steps(workflow).stream().filter((step) -> step.containsKey("uses")).count();
		assertThat(actions).isPositive();
		assertThat(ACTION.matcher(Files.readString(workflow)).results().count()).isEqualTo(actions);
		assertThat(jobs(workflow).values()).allSatisfy((job) -> {
			assertThat(job).containsKey("timeout-minutes");
			assertThat(job.get("runs-on").toString()).doesNotContain("latest");
		});
	}

	@ParameterizedTest
	@MethodSource("workflows")
	@SuppressWarnings("unchecked")
	void workflowShouldHaveTheRightsThatItNeeds(Path workflow) throws IOException {
		assertThat(yaml(workflow).get("permissions")).isIn(Map.of(), Map.of("contents", "read"));
		jobs(workflow).forEach((name, job) -> {
			Object permissions = job.getOrDefault("permissions", Map.of());
			assertThat(permissions).isInstanceOf(Map.class);
			((Map<String, String>) permissions).forEach((right, level) -> {
				if (!level.equals("read")) {
					assertThat(WRITES).contains("%s: %s: %s".formatted(workflow.getFileName(), name, right));
				}
			});
		});
	}

	@ParameterizedTest
	@MethodSource("workflows")
	void workflowShouldRunScriptsThatThereAre(Path workflow) throws IOException {
		List<String> scripts = SCRIPT.matcher(Files.readString(workflow)).results().map(MatchResult::group).toList();
		assertThat(scripts).isNotEmpty().allSatisfy((name) -> assertThat(Document.ROOT.resolve(name)).isExecutable());
	}

	@ParameterizedTest
	@MethodSource("forms")
	@SuppressWarnings("unchecked")
	void formShouldAskSomething(Path form) throws IOException {
		Map<Object, Object> content = yaml(form);
		assertThat(content).containsKeys("name", "description", "labels");
		List<Map<String, Object>> fields = (List<Map<String, Object>>) content.get("body");
		List<Map<String, Object>> questions = fields.stream()
			.filter((field) -> !field.get("type").equals("markdown"))
			.toList();
		assertThat(questions).isNotEmpty()
			.extracting((field) -> field.get("id"))
			.doesNotHaveDuplicates()
			.doesNotContainNull();
		assertThat(questions).allSatisfy((field) -> {
			assertThat(field.get("type")).isIn("input", "textarea", "dropdown", "checkboxes");
			assertThat((Map<String, Object>) field.get("attributes")).containsKey("label");
		});
	}

	@Test
	void renovateShouldKnowTheErrorProneThatTheBuildCanRun() throws IOException {
		JsonNode settings = JsonMapper.shared().readTree(Files.readString(Document.ROOT.resolve("renovate.json")));
		String version = element("error-prone.version");
		assertThat(settings.get("packageRules")).isNotEmpty()
			.anySatisfy((rule) -> assertThat(rule.path("allowedVersions").asString()).isEqualTo("<=" + version));
	}

	@Test
	void changelogShouldHaveTheVersion() throws IOException {
		String changelog = Files.readString(Document.ROOT.resolve("CHANGELOG.md"));
		Pattern section = Pattern
			.compile("(?ms)^## \\[%s] - .*?^### Added$.*?^- ".formatted(Pattern.quote(element("revision"))));
		assertThat(changelog).containsPattern(section);
	}

	@Test
	void noFileShouldNameARegistry() throws IOException {
		List<String> found = new ArrayList<>();
		for (Path file : ProjectFiles.all()) {
			REGISTRY.matcher(text(file)).results().map((match) -> file + ": " + match.group()).forEach(found::add);
		}
		assertThat(found).isEmpty();
	}

	/** Nothing for a picture. */
	private static String text(Path file) throws IOException {
		try {
			return Files.readString(file);
		}
		catch (CharacterCodingException ex) {
			return "";
		}
	}

	private static String element(String name) throws IOException {
		return Pattern.compile("<%1$s>(.*?)</%1$s>".formatted(name))
			.matcher(Files.readString(Document.ROOT.resolve("pom.xml")))
			.results()
			.map((match) -> match.group(1))
			.findFirst()
			.orElseThrow();
	}

}
