package io.github.cometspring.compatibility;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootVersion;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests an application whose Spring Boot is too old.
 */
@ExtendWith(OutputCaptureExtension.class)
class Boot35IT {

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, names = { "REACTIVE", "NONE" })
	void startShouldFailAndNameVersionsThatWork(WebApplicationType type, CapturedOutput output) {
		assertThat(SpringBootVersion.getVersion()).startsWith("3.5.");
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(type);
		assertThatException().isThrownBy(() -> application.run("--server.port=0"));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("this application runs on " + SpringBootVersion.getVersion())
			.contains("Move the application to Spring Boot 4.0.x or 4.1.x")
			.doesNotContain("\tat ");
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

	}

}
