package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the metadata of the properties, which editors use.
 */
class ConfigurationMetadataTests {

	private static final Pattern ARTICLE = Pattern.compile("(?i)(a|an|the)\\b.*");

	private static final JsonNode METADATA = read();

	private static JsonNode read() {
		try {
			URI classes = CometProperties.class.getProtectionDomain().getCodeSource().getLocation().toURI();
			return JsonMapper.shared()
				.readTree(Files.readAllBytes(Path.of(classes).resolve("META-INF/spring-configuration-metadata.json")));
		}
		catch (IOException | URISyntaxException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void propertiesShouldBeThoseThatAreBound() {
		assertThat(properties().keySet()).containsExactlyInAnyOrderElementsOf(CometPropertiesTests.all().keySet());
	}

	static Stream<String> names() {
		return Stream.concat(properties().keySet().stream(), CometPropertiesTests.all().keySet().stream()).distinct();
	}

	@ParameterizedTest
	@MethodSource("names")
	void descriptionShouldBeInStyle(String name) {
		JsonNode property = properties().get(name);
		assertThat(property).as("metadata of " + name).isNotNull();
		String description = property.path("description").asString("");
		assertThat(description).isNotBlank().doesNotMatch(ARTICLE).matches("\\p{Lu}.*\\.");
		assertThat(description.startsWith("Whether ")).isEqualTo(property.get("type").asString().endsWith("Boolean"));
		assertThat(description).doesNotContainIgnoringCase("default");
	}

	@Test
	void defaultsShouldBeKnown() {
		// An absent value has its own meaning, and an empty list is the obvious default.
		assertThat(properties().values()).filteredOn((property) -> !property.has("defaultValue"))
			.extracting((property) -> property.get("name").asString())
			.containsExactlyInAnyOrder("comet.max-virtual-channels", "comet.channel-idle-timeout",
					"comet.allowed-origins", "comet.redis.enabled", "comet.authorization.max-age",
					"comet.max-connection-age", "comet.max-connections-per-address", "comet.max-connections-per-user",
					"comet.grants.keys", "comet.channels", "comet.publish.keys", "comet.publish.allowed-origins");
	}

	@ParameterizedTest
	@CsvSource({ "comet.path,/**", "comet.path,/comet", "comet.allowed-origins,*", "comet.max-virtual-channels,0",
			"comet.channels.keys,[prices/*]" })
	void hintShouldBeThere(String name, String value) {
		assertThat(hints().filter((hint) -> hint.get("name").asString().equals(name))
			.flatMap((hint) -> hint.get("values").valueStream())
			.map((hinted) -> hinted.get("value").asString())).contains(value);
	}

	@Test
	void hintsShouldBeOfPropertiesThatExistAndAdmitOtherValues() {
		assertThat(hints()).isNotEmpty().allSatisfy((hint) -> {
			// The keys of a map have hints of their own.
			assertThat(properties()).containsKey(hint.get("name").asString().replaceAll("\\.keys$", ""));
			assertThat(hint.get("providers").get(0).get("name").asString()).isEqualTo("any");
		});
	}

	private static Stream<JsonNode> hints() {
		return METADATA.get("hints").valueStream();
	}

	private static Map<String, JsonNode> properties() {
		return METADATA.get("properties")
			.valueStream()
			.filter((property) -> property.get("name").asString().startsWith("comet."))
			.collect(Collectors.toMap((property) -> property.get("name").asString(), Function.identity()));
	}

}
