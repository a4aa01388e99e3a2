package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.lang.reflect.Parameter;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.metrics.AllMeters;
import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that properties in documents, comments and messages exist, and that the table of
 * {@code docs/properties.md} lists all properties with their defaults.
 */
class PropertyDocumentsTests {

	private static final Pattern ROW = Pattern.compile("(?m)^\\| (`comet\\.[^|]*) \\| ([^|]*) \\| [^|]+ \\|$");

	private static final Pattern CODE = Pattern.compile("`([^`]+)`");

	/** A name in code that is not a call, a file or a field. */
	private static final Pattern NAME = Pattern.compile("(?<![\\w.\\-/])comet(\\.[a-z]+(-[a-z]+)*)+(?![\\w(\\[])");

	private static final Pattern NAMED_CHANNELS = Pattern.compile("comet\\.channels(?:\\[[^\\]]+]|\\.[a-z-]+)(\\..*)");

	private static final Pattern LITERAL = Pattern.compile("\"comet(\\.\\w+)+\"");

	/** The browser client's file and fields, the subprotocol, and observations. */
	private static final Set<String> NO_PROPERTIES = Set.of("comet.js", "comet.d.ts", "comet.state", "comet.transport",
			"comet.subscribe", "comet.test.seed", "comet.bearer", "comet.grants.id", "comet.publish", "comet.deliver",
			"comet.operation", "comet.channel", "comet.clients");

	static List<Document> documents() throws IOException {
		return Document.all();
	}

	@ParameterizedTest
	@MethodSource("documents")
	void propertyInCodeShouldExist(Document document) {
		List<String> code = new ArrayList<>(document.spans());
		document.blocks()
			.stream()
			.filter((block) -> !Set.of("js", "html").contains(block.language()))
			.forEach((block) -> code.add(block.text()));
		assertThat(code).flatExtracting(PropertyDocumentsTests::names).allSatisfy(PropertyDocumentsTests::assertExists);
	}

	@ParameterizedTest
	@MethodSource("documents")
	void propertyInYamlShouldExist(Document document) throws IOException {
		List<String> names = new ArrayList<>();
		for (Document.CodeBlock block : document.blocks()) {
			if (block.language().equals("yaml")) {
				for (PropertySource<?> source : new YamlPropertySourceLoader().load(block.place(),
						new ByteArrayResource(block.text().getBytes(StandardCharsets.UTF_8)))) {
					names.addAll(List.of(((EnumerablePropertySource<?>) source).getPropertyNames()));
				}
			}
		}
		assertThat(names).filteredOn((name) -> name.startsWith("comet."))
			.map((name) -> name.replaceAll("\\[\\d+]$", ""))
			.allSatisfy((name) -> {
				Matcher named = NAMED_CHANNELS.matcher(name);
				if (named.matches()) {
					assertThat(settingsOfNamedChannels()).contains(named.group(1));
				}
				else {
					assertExists(name);
				}
			});
	}

	static Stream<Path> sources() throws IOException {
		try (Stream<Path> files = Files.walk(Path.of("src", "main"))) {
			return files.filter((file) -> file.toString().matches(".*\\.(java|json)")).toList().stream();
		}
	}

	@Test
	void propertyInSourcesShouldExist() throws IOException {
		for (Path file : sources().toList()) {
			// A literal that is only a name may be the name of a handler in the pipeline
			String text = LITERAL.matcher(Files.readString(file)).replaceAll("");
			assertThat(names(text)).as(file.toString()).allSatisfy(PropertyDocumentsTests::assertExists);
		}
	}

	@Test
	void tableShouldHaveAllPropertiesWithTheirDefaults() throws IOException {
		Map<String, String> table = new LinkedHashMap<>();
		for (MatchResult row : ROW.matcher(Document.at("docs/properties.md").text()).results().toList()) {
			List<String> names = code(row.group(1));
			List<String> defaults = row.group(2).contains("`") ? code(row.group(2)) : List.of(row.group(2));
			assertThat(defaults).as(row.group()).hasSameSizeAs(names);
			String prefix = names.get(0).substring(0, names.get(0).lastIndexOf('.'));
			for (int i = 0; i < names.size(); i++) {
				table.put((i > 0) ? prefix + names.get(i) : names.get(i), defaults.get(i));
			}
		}
		assertThat(table).containsExactlyInAnyOrderEntriesOf(defaults());
	}

	private static Set<String> settingsOfNamedChannels() {
		Map<String, String> settings = new LinkedHashMap<>();
		collect("", CometProperties.NamedChannels.class, settings);
		return settings.keySet();
	}

	private static void assertExists(String name) {
		assertThat(CometPropertiesTests.all().keySet())
			.anyMatch((property) -> property.equals(name) || property.startsWith(name + "."));
	}

	private static List<String> names(String code) {
		return NAME.matcher(code)
			.results()
			.map(MatchResult::group)
			.filter((name) -> !NO_PROPERTIES.contains(name) && !AllMeters.names().contains(name))
			.toList();
	}

	private static List<String> code(String cell) {
		return CODE.matcher(cell).results().map((match) -> match.group(1)).toList();
	}

	/** The default of each property as the table must show it. */
	private static Map<String, String> defaults() {
		Map<String, String> defaults = new LinkedHashMap<>();
		collect("comet", CometProperties.class, defaults);
		return defaults;
	}

	private static void collect(String prefix, Class<?> type, Map<String, String> defaults) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
			if (component.getType().isRecord() && component.getType().getDeclaringClass() == CometProperties.class) {
				collect(name, component.getType(), defaults);
			}
			else {
				defaults.put(name, describe(name, component));
			}
		}
	}

	private static String describe(String name, RecordComponent component) {
		DefaultValue value = parameter(component).getAnnotation(DefaultValue.class);
		if (value != null && value.value().length == 1) {
			return value.value()[0];
		}
		return switch (name) {
			case "comet.max-virtual-channels", "comet.max-connections-per-address", "comet.max-connections-per-user" ->
				"no limit";
			case "comet.channel-idle-timeout", "comet.authorization.max-age", "comet.max-connection-age" -> "never";
			case "comet.allowed-origins" -> "none";
			case "comet.transports" -> "all";
			case "comet.grants.keys" -> "none";
			case "comet.channels", "comet.publish.keys", "comet.publish.allowed-origins" -> "none";
			case ".idle-timeout", ".format", ".history.size", ".history.max-age" -> "as for other channels";
			case "comet.redis.enabled" -> "whether a connection is configured";
			default -> throw new AssertionError("Say in words what the absence of %s means".formatted(name));
		};
	}

	private static Parameter parameter(RecordComponent component) {
		return Stream.of(component.getDeclaringRecord().getDeclaredConstructors()[0].getParameters())
			.filter((parameter) -> parameter.getName().equals(component.getName()))
			.findFirst()
			.orElseThrow();
	}

}
