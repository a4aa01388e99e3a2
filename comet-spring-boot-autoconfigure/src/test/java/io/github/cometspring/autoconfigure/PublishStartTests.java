package io.github.cometspring.autoconfigure;

import java.util.Map;

import io.github.cometspring.metrics.PublishMeters;
import io.github.cometspring.security.PublishAuthorizer;
import io.github.cometspring.web.PublishHandlerMapping;
import io.github.cometspring.web.PublishPolicy;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The endpoint for publishers is there only if it is switched on, and somebody may
 * publish.
 */
class PublishStartTests {

	private static final String KEY = "0123456789abcdef0123456789abcdef";

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CometAutoConfiguration.class, CometWebFluxAutoConfiguration.class,
				CometHttpPublishAutoConfiguration.class));

	@Test
	void contextShouldHaveNoEndpoint() {
		this.runner.withPropertyValues("comet.publish.keys=" + KEY)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(PublishPolicy.class)
				.doesNotHaveBean(PublishHandlerMapping.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "on", "yes", "1" })
	void contextWhenSwitchedOnShouldHaveEndpoint(String enabled) {
		this.runner.withPropertyValues("comet.publish.enabled=" + enabled, "comet.publish.keys=" + KEY)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(PublishHandlerMapping.class)
				.doesNotHaveBean(PublishMeters.class));
	}

	@Test
	void contextWhenThereIsAnAuthorizerShouldNeedNoKey() {
		this.runner.withPropertyValues("comet.publish.enabled=true")
			.withBean(PublishAuthorizer.class, () -> (principal, channel) -> Mono.just(true))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PublishHandlerMapping.class));
	}

	@Test
	void contextWhenMicrometerIsAbsentShouldHaveEndpoint() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.withPropertyValues("comet.publish.enabled=true", "comet.publish.keys=" + KEY)
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(PublishHandlerMapping.class));
	}

	@Test
	void contextWhenNobodyCouldPublishShouldNotStart() {
		this.runner.withPropertyValues("comet.publish.enabled=true")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidConfigurationPropertyValueException.class)
				.hasMessageContaining("comet.publish.enabled")
				.hasMessageContaining("comet.publish.keys"));
	}

	@ParameterizedTest
	@CsvSource({ "comet.publish.max-messages,0", "comet.publish.idempotency-time,0s",
			"comet.publish.max-request-size,0B", "comet.publish.allowed-origins,*",
			"comet.publish.allowed-origins,example.org" })
	void settingsWhenValueIsWrongShouldNameProperty(String property, String value) {
		CometProperties properties = bind(Map.of(property, value));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo(property));
	}

	@Test
	void keyWhenTooShortShouldBeRefusedByNumberAndNotByValue() {
		CometProperties properties = bind(Map.of("comet.publish.keys", KEY + ",my-precious"));
		assertThatExceptionOfType(InvalidGrantKeyException.class).isThrownBy(() -> CometSettings.of(properties))
			.withMessageContaining("comet.publish.keys")
			.withMessageContaining("Key 2 has 11 characters")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("my-precious"));
	}

	@Test
	void keysShouldNotBeShown() {
		CometProperties properties = bind(Map.of("comet.publish.keys", "secret".repeat(6)));
		assertThat(properties.toString()).contains("publish").doesNotContain("secret");
		assertThat(CometSettings.of(properties).toString()).contains("PublishKeys[1]").doesNotContain("secret");
	}

	private static CometProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("comet", CometProperties.class);
	}

}
