package io.github.cometspring.autoconfigure;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.DefaultResourceLoader;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the messages of an application that fails to start.
 */
@ExtendWith(OutputCaptureExtension.class)
class StartFailureTests {

	@ParameterizedTest
	@CsvSource({ "comet.max-virtual-channels,abc", "comet.max-virtual-channels,-1", "comet.max-virtual-channels,1.5",
			"comet.timeout,0s", "comet.timeout,soon", "comet.path,comet", "comet.max-request-size,much",
			"comet.history.size,-1", "comet.transports,''", "comet.allowed-origins,example.org", "comet.enabled,maybe",
			"comet.fast-path,maybe", "comet.channels[prices/*].history.size,-1",
			"comet.channels[prices/*].history.size,many" })
	void startWhenValueIsWrongShouldNameProperty(String property, String value, CapturedOutput output) {
		start(Plain.class, WebApplicationType.NONE, property + "=" + value);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Description:")
			.contains(property)
			.contains(value)
			.contains("Action:")
			.doesNotContain("\tat ");
	}

	@Test
	void startWhenKeyOfGrantsIsTooShortShouldNamePropertyAndHideKey(CapturedOutput output) {
		start(Plain.class, WebApplicationType.NONE, "comet.grants.keys=my-precious");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Key 1 of comet.grants.keys has 11 characters.")
			.contains("Use a secret of at least 32 characters")
			.doesNotContain("my-precious")
			.doesNotContain("\tat ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.grants.keys=", "comet.grants.keys=${NO_SUCH_VARIABLE:}" })
	void startWhenListOfKeysOfGrantsIsEmptyShouldNameProperty(String property, CapturedOutput output) {
		start(Plain.class, WebApplicationType.NONE, property);
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("comet.grants.keys")
			.contains("without a key, channels need no grant")
			.doesNotContain("\tat ");
	}

	@Test
	void startWhenKeyOfPublishersIsTooShortShouldNamePropertyAndHideKey(CapturedOutput output) {
		start(Plain.class, WebApplicationType.NONE, "comet.publish.keys=my-precious");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Key 1 of comet.publish.keys has 11 characters.")
			.doesNotContain("my-precious")
			.doesNotContain("\tat ");
	}

	@ParameterizedTest
	@CsvSource({ "comet.channels[prices/{x}],comet.channels[prices/{x}].history.size",
			"comet.channels.prices/*.history.size,comet.channels.prices/*.history.size" })
	void startWhenPatternOfChannelsIsWrongShouldNamePropertyAndShowAnExample(String named, String property,
			CapturedOutput output) {
		start(Plain.class, WebApplicationType.NONE, property + "=1");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The property %s is invalid".formatted(named))
			.contains("comet.channels[prices/*].history.size")
			.doesNotContain("\tat ");
	}

	@Test
	void startWhenPathIsTakenShouldNameHandler(CapturedOutput output) {
		start(Web.class, WebApplicationType.REACTIVE, "comet.path=/taken");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Comet answers on '/taken', but the application has a handler there")
			.contains("Web#taken")
			.contains("Set comet.path to a path that is free, or move the handler.")
			.doesNotContain("\tat ");
	}

	@ParameterizedTest
	@ValueSource(strings = { "io.lettuce.core", "org.springframework.boot.data.redis" })
	void startWhenClientForRedisIsMissingShouldNameDependency(String missing, CapturedOutput output) {
		start(new SpringApplication(new DefaultResourceLoader(new FilteredClassLoader(missing)), Plain.class),
				WebApplicationType.NONE, "comet.redis.enabled=true");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("comet.redis.enabled")
			.contains("org.springframework.boot:spring-boot-starter-data-redis-reactive")
			.doesNotContain("\tat ");
	}

	private static void start(Class<?> source, WebApplicationType type, String property) {
		start(new SpringApplication(source), type, property);
	}

	private static void start(SpringApplication application, WebApplicationType type, String property) {
		application.setWebApplicationType(type);
		application.setRegisterShutdownHook(false);
		assertThatException().isThrownBy(() -> application.run("--" + property, "--server.port=0"));
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CometAutoConfiguration.class, CometRedisAutoConfiguration.class,
			CometRedisMissingAutoConfiguration.class })
	static class Plain {

	}

	@RestController
	@ImportAutoConfiguration({ CometAutoConfiguration.class, CometWebFluxAutoConfiguration.class,
			WebFluxAutoConfiguration.class, HttpHandlerAutoConfiguration.class,
			NettyReactiveWebServerAutoConfiguration.class })
	static class Web {

		@GetMapping("/taken")
		String taken() {
			return "mine";
		}

	}

}
