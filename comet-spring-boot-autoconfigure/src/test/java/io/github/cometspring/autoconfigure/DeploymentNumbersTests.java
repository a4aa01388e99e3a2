package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.github.cometspring.netty.ConnectionGuard;
import io.github.cometspring.testing.Document;
import io.github.cometspring.testing.Document.CodeBlock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.yaml.snakeyaml.Yaml;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.mock.env.MockEnvironment;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The times in the configurations that {@code docs/deployment.md} prints for proxies,
 * load balancers and Kubernetes fit the defaults of Comet and of Spring Boot.
 */
class DeploymentNumbersTests {

	private static final CometProperties DEFAULTS = new Binder(new MapConfigurationPropertySource(Map.of()))
		.bindOrCreate("comet", CometProperties.class);

	/** How long a connection may be idle between two requests, as the guard has it. */
	private static final Duration KEPT = ConnectionGuard.REQUEST_TIMEOUT.multipliedBy(3);

	private static final Pattern OF_NGINX = Pattern.compile("proxy_(?:read|send)_timeout (\\S+);");

	private static final Pattern KEPT_BY_NGINX = Pattern.compile("\\tkeepalive_timeout (\\S+);");

	private static final Pattern OF_HAPROXY = Pattern.compile("timeout (?:client|server|tunnel) (\\S+)");

	private static final Pattern OF_BALANCER = Pattern.compile("idle_timeout\\.timeout_seconds=(\\d+)");

	static Stream<CodeBlock> yaml() throws IOException {
		return Document.of("deployment.md").blocks().stream().filter((block) -> block.language().equals("yaml"));
	}

	@ParameterizedTest
	@MethodSource("yaml")
	void yamlShouldBeOne(CodeBlock block) {
		assertThat(parts(block.text())).isNotEmpty().allSatisfy((part) -> assertThat(part).isInstanceOf(Map.class));
	}

	@Test
	void idleTimesShouldFitBothWays() throws IOException {
		assertThat(times(OF_NGINX, block("nginx", ""))).hasSize(2).allSatisfy(DeploymentNumbersTests::assertOutlasts);
		assertThat(times(KEPT_BY_NGINX, block("nginx", ""))).hasSize(1)
			.allSatisfy(DeploymentNumbersTests::assertIsNotKept);
		assertThat(times(OF_HAPROXY, block("haproxy", ""))).hasSize(3)
			.allSatisfy(DeploymentNumbersTests::assertOutlasts);
		assertThat(times(OF_BALANCER, block("yaml", "alb.ingress"))).hasSize(1)
			.allSatisfy(DeploymentNumbersTests::assertOutlasts)
			.allSatisfy(DeploymentNumbersTests::assertIsNotKept);
		assertThat(values("stream_idle_timeout", block("yaml", "envoy"))).hasSize(1)
			.allSatisfy((value) -> assertOutlasts(duration(value)));
		assertThat(values("idle_timeout", block("yaml", "envoy"))).hasSize(1)
			.allSatisfy((value) -> assertIsNotKept(duration(value)));
		assertThat(values("timeout", block("yaml", "envoy"))).containsExactly("0s");
		String kubernetes = block("yaml", "kind: Deployment");
		for (String name : List.of("read", "send")) {
			assertThat(values("nginx.ingress.kubernetes.io/proxy-%s-timeout".formatted(name), kubernetes)).hasSize(1)
				.allSatisfy((value) -> assertOutlasts(duration(value)));
		}
	}

	@Test
	void graceShouldBeEnoughForAllThatHappensAtTheEnd() throws IOException {
		String kubernetes = block("yaml", "kind: Deployment");
		Duration grace = duration(values("terminationGracePeriodSeconds", kubernetes).get(0));
		Duration before = duration(values("seconds", kubernetes).get(0));
		Duration phase = CometShutdown.phaseTimeout(new MockEnvironment());
		Duration left = grace.minus(before).minus(DEFAULTS.shutdown().spread()).minus(CometShutdown.GRACE).minus(phase);
		assertThat(left).isPositive();
		assertThat(Document.of("deployment.md").prose()).contains(
				"`terminationGracePeriodSeconds`, %d s | %d s of `preStop`, %d s of `comet.shutdown.spread`, %d s for"
					.formatted(grace.toSeconds(), before.toSeconds(), DEFAULTS.shutdown().spread().toSeconds(),
							CometShutdown.GRACE.toSeconds()),
				"up to %d s of `spring.lifecycle.timeout-per-shutdown-phase`".formatted(phase.toSeconds()),
				"%d s are left".formatted(left.toSeconds()));
	}

	@Test
	void probesShouldBeThoseOfSpringBoot() throws IOException {
		assertThat(values("path", block("yaml", "kind: Deployment"))).contains("/actuator/health/readiness",
				"/actuator/health/liveness");
	}

	@Test
	void textShouldHaveTheDefaults() throws IOException {
		assertThat(Document.of("deployment.md").prose()).contains(
				"`comet.timeout` (%d s)".formatted(DEFAULTS.timeout().toSeconds()),
				"`comet.heartbeat` (%d s)".formatted(DEFAULTS.heartbeat().toSeconds()),
				"`comet.shutdown.spread` (%d s)".formatted(DEFAULTS.shutdown().spread().toSeconds()),
				"idle for %d s".formatted(KEPT.toSeconds()));
	}

	/** A proxy must not give up a client that is only waiting. */
	private static void assertOutlasts(Duration time) {
		assertThat(time).isGreaterThan(DEFAULTS.timeout().plusSeconds(1))
			.isGreaterThan(DEFAULTS.heartbeat().plusSeconds(1));
	}

	/** A proxy must not send a request on a connection that the server is closing. */
	private static void assertIsNotKept(Duration time) {
		assertThat(time).isLessThan(KEPT.minusSeconds(1));
	}

	private static String block(String language, String word) throws IOException {
		List<CodeBlock> blocks = Document.of("deployment.md")
			.blocks()
			.stream()
			.filter((block) -> block.language().equals(language) && block.text().contains(word))
			.toList();
		assertThat(blocks).hasSize(1);
		return blocks.get(0).text();
	}

	private static List<Duration> times(Pattern pattern, String text) {
		return pattern.matcher(text).results().map((MatchResult match) -> duration(match.group(1))).toList();
	}

	private static Duration duration(Object value) {
		String text = value.toString();
		return DurationStyle.detectAndParse(text.matches("\\d+") ? text + "s" : text);
	}

	/** The values of a key, wherever it stands. */
	private static List<Object> values(String key, String yaml) {
		List<Object> values = new ArrayList<>();
		parts(yaml).forEach((part) -> collect(key, part, values));
		return values;
	}

	private static List<Object> parts(String yaml) {
		List<Object> parts = new ArrayList<>();
		new Yaml().loadAll(yaml).forEach(parts::add);
		return parts;
	}

	private static void collect(String key, Object node, List<Object> values) {
		if (node instanceof Map<?, ?> map) {
			map.forEach((name, value) -> {
				if (key.equals(name)) {
					values.add(value);
				}
				collect(key, value, values);
			});
		}
		else if (node instanceof List<?> list) {
			list.forEach((value) -> collect(key, value, values));
		}
	}

}
