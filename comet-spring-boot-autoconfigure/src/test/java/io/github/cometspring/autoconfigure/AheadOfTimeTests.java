package io.github.cometspring.autoconfigure;

import java.util.stream.Stream;

import io.github.cometspring.publish.CometPublish;
import io.github.cometspring.testing.Users;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.GeneratedFiles.Kind;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.boot.web.server.reactive.context.AnnotationConfigReactiveWebServerApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications with the starter are processed ahead of time. That such an application
 * runs is tested with the sample.
 */
class AheadOfTimeTests {

	private final InMemoryGeneratedFiles files = new InMemoryGeneratedFiles();

	static Stream<Arguments> applications() {
		return Stream.of(Arguments.of(Application.class, new String[] {}),
				Arguments.of(SecuredApplication.class, new String[] {}),
				Arguments.of(Application.class,
						new String[] { "spring.data.redis.host=localhost",
								"spring.data.redis.repositories.enabled=false" }),
				Arguments.of(Application.class, new String[] { "comet.fast-path=false", "comet.path=/**" }),
				Arguments.of(Application.class,
						new String[] { "comet.publish.enabled=true",
								"comet.publish.keys=0123456789abcdef0123456789abcdef" }),
				Arguments.of(Application.class, new String[] { "comet.enabled=false" }));
	}

	@ParameterizedTest
	@MethodSource("applications")
	void applicationShouldBeProcessed(Class<?> application, String[] properties) {
		process(application, properties);
		assertThat(this.files.getGeneratedFiles(Kind.SOURCE)).isNotEmpty();
	}

	@Test
	void generatedCodeShouldRegisterAuthorizerAsFallback() throws Exception {
		process(Application.class);
		String source = this.files.getGeneratedFileContent(Kind.SOURCE,
				CometAutoConfiguration.class.getName().replace('.', '/') + "__BeanDefinitions.java");
		assertThat(source).contains("cometGrantAuthorizer").contains("setFallback(true)");
	}

	@Test
	void hintsShouldHoldAllThatIsLookedUpOrBound() {
		RuntimeHints hints = process(Application.class);
		assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/comet/comet.js")).accepts(hints);
		assertThat(RuntimeHintsPredicates.resource().forResource("META-INF/comet/redis/append.lua")).accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(CometProperties.class)).accepts(hints);
		for (Class<?> nested : CometProperties.class.getDeclaredClasses()) {
			assertThat(RuntimeHintsPredicates.reflection().onType(nested)).as(nested.getName()).accepts(hints);
		}
	}

	@Test
	void hintsShouldHoldTypesOfMethodsThatPublish() {
		RuntimeHints hints = process(PublishingApplication.class);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(ReflectionUtils.findMethod(PublishingApplication.Order.class, "customer")))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection()
			.onMethodInvocation(ReflectionUtils.findMethod(PublishingApplication.Receipt.class, "number")))
			.accepts(hints);
		assertThat(this.files.getGeneratedFiles(Kind.CLASS))
			.containsKey(PublishingApplication.Shop.class.getName().replace('.', '/') + "$$SpringCGLIB$$0.class");
	}

	private RuntimeHints process(Class<?> application, String... properties) {
		try (AnnotationConfigReactiveWebServerApplicationContext context = new AnnotationConfigReactiveWebServerApplicationContext()) {
			TestPropertyValues.of(properties).applyTo(context);
			context.register(application);
			DefaultGenerationContext generation = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get(application)), this.files);
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			generation.writeGeneratedContent();
			return generation.getRuntimeHints();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = {
			"org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration" })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Users.class)
	static class SecuredApplication {

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(excludeName = {
			"org.springframework.boot.security.autoconfigure.ReactiveUserDetailsServiceAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.web.reactive.ReactiveWebSecurityAutoConfiguration",
			"org.springframework.boot.security.autoconfigure.actuate.web.reactive.ReactiveManagementWebSecurityAutoConfiguration" })
	@Import(PublishingApplication.Shop.class)
	static class PublishingApplication {

		record Order(String customer) {
		}

		record Receipt(int number) {
		}

		static class Shop {

			@CometPublish("orders/{#order.customer}")
			Mono<Receipt> place(Order order) {
				return Mono.just(new Receipt(1));
			}

		}

	}

}
