package io.github.cometspring.testing;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.HierarchyTraversalMode;

import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.type.filter.RegexPatternTypeFilter;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which tests with whole servers also run on two nodes: all but those that say why not.
 */
class TwoNodesTests {

	/** What is to be changed when a class is added, or put on one node only. */
	private static final int ON_TWO_NODES = 57;

	private static final List<String> ON_ONE_NODE = List.of("ClientLimitsIT", "CountedClientIT", "IdleStreamMemoryIT",
			"LegacyDeliveryIT", "LostNetworkIT", "ShutdownIT", "ShutdownSpreadIT", "StalledCrowdIT", "StalledMemoryIT",
			"TerminatedServerIT");

	private static final int TESTS_ON_ONE_NODE = 12;

	@Test
	void classesOnOneNodeShouldBeTheseAndAllOthersShouldRunOnTwo() throws ReflectiveOperationException {
		List<String> excluded = new ArrayList<>();
		int others = 0;
		for (Class<?> type : serverTests()) {
			OneNodeOnly only = type.getAnnotation(OneNodeOnly.class);
			if (only == null) {
				others++;
			}
			else {
				assertThat(only.value().split(" ")).as(type.getName()).hasSizeGreaterThan(3);
				excluded.add(type.getSimpleName());
			}
		}
		assertThat(excluded).containsExactlyInAnyOrderElementsOf(ON_ONE_NODE);
		assertThat(others).isEqualTo(ON_TWO_NODES);
	}

	@Test
	void singleTestsOnOneNodeShouldBeFewAndSayWhy() throws ReflectiveOperationException {
		List<String> excluded = new ArrayList<>();
		for (Class<?> type : serverTests()) {
			AnnotationSupport.findAnnotatedMethods(type, OneNodeOnly.class, HierarchyTraversalMode.TOP_DOWN)
				.forEach((method) -> excluded.add(method.toString()));
			for (Class<?> nested : type.getDeclaredClasses()) {
				for (Method method : nested.getDeclaredMethods()) {
					if (method.isAnnotationPresent(OneNodeOnly.class)) {
						excluded.add(method.toString());
					}
				}
			}
		}
		assertThat(excluded).hasSize(TESTS_ON_ONE_NODE);
	}

	private static List<Class<?>> serverTests() throws ReflectiveOperationException {
		ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
		scanner.addIncludeFilter(new RegexPatternTypeFilter(Pattern.compile(".*IT")));
		List<Class<?>> types = new ArrayList<>();
		for (String name : List.of("io.github.cometspring.web", "io.github.cometspring.client")) {
			for (var found : scanner.findCandidateComponents(name)) {
				types.add(ClassUtils.forName(Objects.requireNonNull(found.getBeanClassName()),
						TwoNodesTests.class.getClassLoader()));
			}
		}
		return types;
	}

}
