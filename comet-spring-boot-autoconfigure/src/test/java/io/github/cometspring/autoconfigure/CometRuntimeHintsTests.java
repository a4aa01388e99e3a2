package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometRuntimeHints}. {@code ArchitectureTests} checks that no other
 * code looks anything up on the class path.
 */
class CometRuntimeHintsTests {

	private final RuntimeHints hints = new RuntimeHints();

	CometRuntimeHintsTests() {
		new CometRuntimeHints().registerHints(this.hints, getClass().getClassLoader());
	}

	@Test
	void everyFileShouldBeKept() throws IOException {
		Resource[] files = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:" + CometRuntimeHints.RESOURCES);
		Stream<String> names = Arrays.stream(files).map(Resource::getFilename).map(Objects::requireNonNull);
		assertThat(names).contains("comet.js")
			.allMatch(
					(name) -> RuntimeHintsPredicates.resource().forResource("META-INF/comet/" + name).test(this.hints));
	}

	@Test
	void everyScriptShouldBeKept() throws IOException {
		Resource[] files = new PathMatchingResourcePatternResolver()
			.getResources("classpath*:" + CometRuntimeHints.SCRIPTS);
		Stream<String> names = Arrays.stream(files).map(Resource::getFilename).map(Objects::requireNonNull);
		assertThat(names).contains("append.lua")
			.allMatch((name) -> RuntimeHintsPredicates.resource()
				.forResource("META-INF/comet/redis/" + name)
				.test(this.hints));
	}

	@ParameterizedTest
	@FieldSource("io.github.cometspring.autoconfigure.CometRuntimeHints#CLASSES")
	void classThatIsLookedForShouldBeKept(String name) {
		assertThat(ClassUtils.isPresent(name, null)).isTrue();
		assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(name)).test(this.hints)).isTrue();
	}

	@Test
	void hintsShouldBeImported() {
		assertThat(CometAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class).value())
			.contains(CometRuntimeHints.class);
	}

}
