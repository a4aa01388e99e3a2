package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.typed.TypedChannels;
import io.github.cometspring.web.EventStreamHandler;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.actuate.autoconfigure.web.ManagementContextConfiguration;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the names of beans. An application may have beans for the same purposes, and a
 * name that is taken fails the start.
 */
class BeanNamesTests {

	static Stream<Class<?>> configurations() {
		return Stream.of(AutoConfiguration.class, ManagementContextConfiguration.class)
			.flatMap(BeanNamesTests::imported)
			.map((name) -> ClassUtils.resolveClassName(name, null))
			.flatMap(BeanNamesTests::withNested);
	}

	private static Stream<String> imported(Class<?> annotation) {
		String file = "META-INF/spring/" + annotation.getName() + ".imports";
		try {
			// Of this module, which comes first on the class path of the tests
			return new ClassPathResource(file, BeanNamesTests.class.getClassLoader())
				.getContentAsString(StandardCharsets.UTF_8)
				.lines();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Stream<Class<?>> withNested(Class<?> type) {
		return Stream.concat(Stream.of(type),
				Arrays.stream(type.getDeclaredClasses()).flatMap(BeanNamesTests::withNested));
	}

	@ParameterizedTest
	@MethodSource("configurations")
	void beansShouldBeNamedAfterComet(Class<?> configuration) {
		assertThat(configuration.getPackageName()).isEqualTo(BeanNamesTests.class.getPackageName());
		assertThat(Arrays.stream(configuration.getDeclaredMethods())
			.filter((method) -> AnnotatedElementUtils.hasAnnotation(method, Bean.class))
			.flatMap((method) -> {
				String[] names = AnnotatedElementUtils.findMergedAnnotation(method, Bean.class).name();
				return (names.length > 0) ? Stream.of(names) : Stream.of(method.getName());
			})).allMatch((name) -> name.startsWith("comet"));
	}

	@Test
	void beansOfServerShouldBeNamedAfterComet() {
		try (CometServer server = CometServer.start()) {
			List<String> ours = Arrays.stream(server.context().getBeanDefinitionNames())
				.filter((name) -> isOurs(server.context().getType(name))
						|| isOurs(server.context().getBeanFactory().getBeanDefinition(name).getFactoryBeanName()))
				.toList();
			assertThat(ours).hasSizeGreaterThan(10)
				// Configuration classes have their class names.
				.allMatch((name) -> name.startsWith("comet") || name.startsWith("io.github.cometspring."));
		}
	}

	private static boolean isOurs(Class<?> type) {
		return type != null && isOurs(type.getName());
	}

	private static boolean isOurs(String name) {
		return name != null && name.startsWith("io.github.cometspring.") && !name.contains(".testing.");
	}

	@Test
	void startWhenNamesAreTakenShouldSucceed() {
		try (CometServer server = CometServer.start(new Class<?>[] { Taken.class })) {
			assertThat(server.context().getBean("channels")).isEqualTo("mine");
			assertThat(server.bean(Channels.class)).isNotNull();
			assertThat(server.bean(TypedChannels.class)).isNotNull();
			assertThat(server.bean(EventStreamHandler.class)).isNotNull();
			assertThat(server.poll("registration=unknown").status()).isEqualTo(200);
		}
	}

	/**
	 * Names that an application may well use.
	 */
	@Configuration(proxyBeanMethods = false)
	static class Taken {

		@Bean
		String channels() {
			return "mine";
		}

		@Bean
		String typedChannels() {
			return "mine";
		}

		@Bean
		String channelBroker() {
			return "mine";
		}

		@Bean
		String eventStreamHandler() {
			return "mine";
		}

		@Bean
		String subscriptions() {
			return "mine";
		}

		@Bean
		String eventLoops() {
			return "mine";
		}

	}

}
