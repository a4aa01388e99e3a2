package io.github.cometspring.metrics;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rules of {@code docs/alerts.yml} ask for what Prometheus reads from a server.
 */
class AlertsIT {

	/** A metric, with what its labels must be. Functions have a bracket behind them. */
	private static final Pattern METRIC = Pattern.compile("\\b([a-z]+(?:_[a-z]+)+)\\b(?!\\s*\\()(?:\\{([^}]*)})?");

	private static final Pattern LABEL = Pattern.compile("(\\w+)(=~|!=|=)\"([^\"]+)\"");

	private static Scrape scrape;

	@BeforeAll
	static void scrape() {
		try (CometServer server = CometServer.start(Scrape.EXPOSED, "comet.max-virtual-channels=50")) {
			scrape = Scrape.of(server);
		}
	}

	@AfterAll
	static void forget() {
		scrape = null;
	}

	@SuppressWarnings("unchecked")
	static List<Map<String, Object>> rules() throws IOException {
		Map<String, Object> file = new Yaml().load(Files.readString(Document.ROOT.resolve("docs/alerts.yml")));
		List<Map<String, Object>> groups = (List<Map<String, Object>>) file.get("groups");
		return (List<Map<String, Object>>) groups.get(0).get("rules");
	}

	@Test
	void fileShouldHaveTenRules() throws IOException {
		assertThat(rules()).extracting((rule) -> rule.get("alert")).doesNotHaveDuplicates().hasSize(10);
		assertThat(rules()).allSatisfy((rule) -> assertThat(rule).containsKeys("expr", "for", "labels", "annotations"));
	}

	@ParameterizedTest
	@MethodSource("rules")
	void metricsOfRuleShouldBeInScrape(Map<String, Object> rule) {
		List<MatchResult> metrics = METRIC.matcher(String.valueOf(rule.get("expr"))).results().toList();
		assertThat(metrics).isNotEmpty();
		for (MatchResult metric : metrics) {
			assertThat(scrape.names()).contains(metric.group(1));
			if (metric.group(2) != null) {
				assertThat(labels(metric.group(2))).isNotEmpty()
					.allSatisfy((label) -> assertThat(scrape.find(metric.group(1), label)).as(metric.group() + label)
						.isNotEmpty());
			}
		}
	}

	/**
	 * The labels that a matcher names, also those that it excludes.
	 */
	private static List<String> labels(String matchers) {
		return LABEL.matcher(matchers)
			.results()
			.flatMap((label) -> Stream.of(label.group(3).split("\\|")).map((value) -> label.group(1) + "=" + value))
			.toList();
	}

}
