package io.github.cometspring.autoconfigure;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.DefaultResourceLoader;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class CometExposurePostProcessorTests {

	private static final String INCLUDE = "management.endpoints.web.exposure.include";

	private static final String LINE = "Exposing the actuator endpoint 'comet' to requests from this machine, "
			+ "beside 'health' (set management.endpoints.web.exposure.include to decide yourself)";

	private final StandardEnvironment environment = new StandardEnvironment();

	private final SpringApplication application = new SpringApplication();

	CometExposurePostProcessorTests() {
		this.application.setWebApplicationType(WebApplicationType.REACTIVE);
	}

	@Test
	void exposureWhenApplicationSetsNoneShouldBeDefault(CapturedOutput output) {
		assertThat(exposed()).isEqualTo("health,comet");
		assertThat(DefaultExposure.isInForce(this.environment)).isTrue();
		assertThat(output.toString().split("\n")).filteredOn((line) -> line.contains(LINE)).hasSize(1);
	}

	@Test
	void exposureWhenDefaultShouldLogTheRule(CapturedOutput output) {
		exposed();
		assertThat(output.toString()).contains(Files.isReadable(Path.of("/proc/self/net/tcp"))
				? "from the user who runs the server, or from root" : "does not tell from which user");
	}

	@ParameterizedTest
	@ValueSource(
			strings = { INCLUDE + "=*", INCLUDE + "=comet", INCLUDE + "=health", INCLUDE + "=", INCLUDE + "[0]=comet",
					"management.endpoints.web.exposure.INCLUDE=*", "management.endpoints.web.exposure.exclude=info",
					"management.endpoints.web.exposure.exclude[0]=info", INCLUDE + "=${some.placeholder}" })
	void exposureWhenApplicationHasItsOwnShouldBeThat(String property, CapturedOutput output) {
		TestPropertyValues.of(property).applyTo(this.environment);
		assertUntouched(output);
	}

	@ParameterizedTest
	@ValueSource(strings = { "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE", "MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_INCLUDE_0",
			"MANAGEMENT_ENDPOINTS_WEB_EXPOSURE_EXCLUDE" })
	void exposureWhenSetByEnvironmentVariableShouldBeThat(String variable, CapturedOutput output) {
		setEnvironmentVariables(variable);
		assertUntouched(output);
	}

	@Test
	void exposureWhenSetByLaterSourceShouldBeThat() {
		process();
		this.environment.getPropertySources().addLast(new MapPropertySource("late", Map.of(INCLUDE, "info")));
		assertThat(this.environment.getProperty(INCLUDE)).isEqualTo("info");
		assertThat(DefaultExposure.isInForce(this.environment)).isFalse();
	}

	@Test
	void exposureWhenEnvironmentIsMergedIntoChildShouldBeInForceThere() {
		process();
		StandardEnvironment child = new StandardEnvironment();
		child.merge(this.environment);
		assertThat(child.getProperty(INCLUDE)).isEqualTo("health,comet");
		assertThat(DefaultExposure.isInForce(child)).isTrue();
	}

	@Test
	void exposureWhenOtherEndpointPropertiesAreSetShouldBeDefault() {
		TestPropertyValues
			.of("management.endpoints.web.base-path=/x", "management.endpoints.jmx.exposure.include=*",
					"management.endpoints.web.exposure.includes=*")
			.applyTo(this.environment);
		assertThat(exposed()).isEqualTo("health,comet");
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.main.cloud-platform=kubernetes", "spring.main.cloud-platform=heroku",
			"comet.enabled=false", "spring.main.web-application-type=none",
			"spring.main.web-application-type=servlet" })
	void exposureWhenUnsuitableShouldNotBeTouched(String property, CapturedOutput output) {
		TestPropertyValues.of(property).applyTo(this.environment);
		assertUntouched(output);
	}

	@ParameterizedTest
	@ValueSource(strings = { "KUBERNETES_SERVICE_HOST,KUBERNETES_SERVICE_PORT", "VCAP_APPLICATION", "DYNO" })
	void exposureWhenPlatformIsDetectedShouldNotBeTouched(String variables, CapturedOutput output) {
		setEnvironmentVariables(variables.split(","));
		assertUntouched(output);
	}

	@Test
	void exposureWhenPlatformIsNoneShouldBeDefault() {
		TestPropertyValues.of("spring.main.cloud-platform=none").applyTo(this.environment);
		assertThat(exposed()).isEqualTo("health,comet");
	}

	@ParameterizedTest
	@EnumSource(value = WebApplicationType.class, mode = EnumSource.Mode.EXCLUDE, names = "REACTIVE")
	void exposureWhenApplicationIsNotReactiveShouldNotBeTouched(WebApplicationType type, CapturedOutput output) {
		this.application.setWebApplicationType(type);
		assertUntouched(output);
	}

	@Test
	void exposureWhenPropertyMakesApplicationReactiveShouldBeDefault() {
		this.application.setWebApplicationType(WebApplicationType.SERVLET);
		TestPropertyValues.of("spring.main.web-application-type=reactive").applyTo(this.environment);
		assertThat(exposed()).isEqualTo("health,comet");
	}

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.boot.webflux.actuate", "org.springframework.boot.actuate" })
	void exposureWhenActuatorIsAbsentShouldNotBeTouched(String hidden, CapturedOutput output) {
		this.application.setResourceLoader(new DefaultResourceLoader(new FilteredClassLoader(hidden)));
		assertUntouched(output);
	}

	private void setEnvironmentVariables(String... names) {
		String source = StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME;
		Map<String, Object> variables = new HashMap<>();
		for (String name : names) {
			variables.put(name, "*");
		}
		this.environment.getPropertySources().replace(source, new SystemEnvironmentPropertySource(source, variables));
	}

	private void assertUntouched(CapturedOutput output) {
		process();
		assertThat(DefaultExposure.isInForce(this.environment)).isFalse();
		assertThat(this.environment.getPropertySources().stream())
			.noneMatch((source) -> "health,comet".equals(source.getProperty(INCLUDE)));
		assertThat(output.toString()).doesNotContain("Exposing");
	}

	private String exposed() {
		process();
		return this.environment.getRequiredProperty(INCLUDE);
	}

	private void process() {
		new CometExposurePostProcessor(Supplier::get).postProcessEnvironment(this.environment, this.application);
	}

}
