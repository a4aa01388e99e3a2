package io.github.cometspring.autoconfigure;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.context.annotation.ImportRuntimeHints;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link KnownSecurityHints}.
 */
class KnownSecurityHintsTests {

	@Test
	void fieldsThatAreReadShouldBeKept() {
		RuntimeHints hints = new RuntimeHints();
		new KnownSecurityHints().registerHints(hints, getClass().getClassLoader());
		List<Field> fields = Stream
			.concat(KnownSecurityFilters.READ.stream(), KnownSecurityFilters.WITH_HANDLERS.stream())
			.map((name) -> ClassUtils.resolveClassName(name, null))
			.flatMap((type) -> Arrays.stream(type.getDeclaredFields()))
			.filter((field) -> !Modifier.isStatic(field.getModifiers()))
			.toList();
		assertThat(fields).isNotEmpty()
			.allSatisfy((field) -> assertThat(RuntimeHintsPredicates.reflection().onFieldAccess(field)).accepts(hints));
	}

	@Test
	void hintsShouldBeImported() {
		assertThat(CometSecurityAutoConfiguration.class.getAnnotation(ImportRuntimeHints.class).value())
			.contains(KnownSecurityHints.class);
	}

}
