package io.github.cometspring.autoconfigure;

import io.github.cometspring.actuate.CometEndpointFilter;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.PropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests whether the commands are exposed by this project, by the application, or not at
 * all.
 */
@ExtendWith(OutputCaptureExtension.class)
class ExposureIT {

	private static final String LINE = "Exposing the actuator endpoint 'comet'";

	private static final String FORWARDED = "X-Forwarded-For: 192.0.2.1";

	@Test
	void commandWhenExposureIsNotSetShouldBeGuarded(CapturedOutput output) {
		try (CometServer server = CometServer.start()) {
			assertThat(deactivate(server)).isEqualTo(200);
			assertThat(deactivate(server, FORWARDED)).isEqualTo(403);
			assertThat(output.toString().split("\n")).filteredOn((line) -> line.contains(LINE)).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=*",
			"management.endpoints.web.exposure.include=comet", "management.endpoints.web.exposure.include[0]=comet" })
	void commandWhenApplicationExposesItShouldNotBeGuarded(String property, CapturedOutput output) {
		try (CometServer server = CometServer.start(property)) {
			assertThat(deactivate(server, FORWARDED, "Origin: http://evil.example")).isEqualTo(200);
			assertThat(server.control().isActive()).isFalse();
			assertThat(output.toString()).doesNotContain(LINE);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoints.web.exposure.include=health",
			"management.endpoints.web.exposure.include=", "management.endpoints.web.exposure.exclude=info",
			"spring.main.cloud-platform=kubernetes" })
	void commandWhenApplicationDoesNotExposeItShouldNotBeThere(String property, CapturedOutput output) {
		try (CometServer server = CometServer.start(property)) {
			assertThat(deactivate(server)).isEqualTo(404);
			assertThat(server.control().isActive()).isTrue();
			assertThat(output.toString()).doesNotContain(LINE);
		}
	}

	@Test
	void commandWhenApplicationSetsExposureByAnnotationShouldNotBeThere() {
		try (CometServer server = CometServer.start(new Class<?>[] { Annotated.class })) {
			assertThat(deactivate(server)).isEqualTo(404);
			assertThat(server.control().isActive()).isTrue();
		}
	}

	@Test
	void commandWhenDisabledShouldNotBeThere(CapturedOutput output) {
		try (CometServer server = CometServer.start("comet.enabled=false")) {
			assertThat(deactivate(server)).isEqualTo(404);
			assertThat(server.context().getBeanProvider(Channels.class).stream()).isEmpty();
			assertThat(server.context().getBeanProvider(CometEndpointFilter.class).stream()).isEmpty();
			assertThat(output.toString()).doesNotContain(LINE);
		}
	}

	private static int deactivate(CometServer server, String... headers) {
		try (RawConnection connection = RawConnection.open(server.port())) {
			return connection.request("POST", "/actuator/comet/deactivate", null, "", headers).read().status();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@PropertySource("classpath:exposure.properties")
	static class Annotated {

	}

}
