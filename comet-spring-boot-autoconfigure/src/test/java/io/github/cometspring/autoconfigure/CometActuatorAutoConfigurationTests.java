package io.github.cometspring.autoconfigure;

import java.time.Duration;

import io.github.cometspring.actuate.CometChannelsEndpoint;
import io.github.cometspring.actuate.CometEndpoint;
import io.github.cometspring.actuate.CometEndpointWebExtension;
import io.github.cometspring.actuate.CometOperations;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Subscriptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

class CometActuatorAutoConfigurationTests {

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(CometAutoConfiguration.class,
			CometActuatorAutoConfiguration.class);

	private static final String EXPOSE_ALL = "management.endpoints.web.exposure.include=*";

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void contextWhenNothingIsExposedShouldHaveNoEndpoint() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(CometEndpoint.class)
			.doesNotHaveBean(CometEndpointWebExtension.class)
			.doesNotHaveBean(CometChannelsEndpoint.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet", "health,comet" })
	void contextWhenCometIsExposedShouldHaveItsEndpointOnly(String include) {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=" + include)
			.run((context) -> assertThat(context).hasSingleBean(CometEndpoint.class)
				.hasSingleBean(CometEndpointWebExtension.class)
				.doesNotHaveBean(CometChannelsEndpoint.class));
	}

	@Test
	void contextWhenAllIsExposedShouldHaveBothEndpoints() {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.run((context) -> assertThat(context).hasSingleBean(CometEndpoint.class)
				.hasSingleBean(CometEndpointWebExtension.class)
				.hasSingleBean(CometChannelsEndpoint.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "management.endpoint.comet.access=NONE", "management.endpoints.web.exposure.exclude=comet",
			"comet.enabled=false" })
	void contextWhenTakenBackShouldHaveNoEndpoint(String property) {
		this.runner.withPropertyValues(EXPOSE_ALL, property)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CometEndpoint.class)
				.doesNotHaveBean(CometEndpointWebExtension.class));
	}

	@Test
	void contextWhenActuatorIsAbsentShouldHaveNoEndpoint() {
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CometEndpoint.class)
				.doesNotHaveBean(CometOperations.class));
	}

	@Test
	void contextWhenNoWebApplicationShouldHaveNoWebExtension() {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=comet")
			.run((context) -> assertThat(context).hasSingleBean(CometEndpoint.class)
				.doesNotHaveBean(CometEndpointWebExtension.class));
	}

	@ParameterizedTest
	@CsvSource({ "7,7", "," })
	void limitWhenBrokerIsTheUsersShouldBeTheBrokers(Integer limit, Integer expected) {
		this.runner
			.withPropertyValues("management.endpoints.web.exposure.include=comet", "comet.max-virtual-channels=1000")
			.withBean(ChannelBroker.class, () -> new InMemoryChannelBroker(limit, Schedulers.parallel()))
			.run((context) -> assertThat(context.getBean(CometOperations.class).state().block(Duration.ofSeconds(5)))
				.isNotNull()
				.extracting((state) -> state.channels().limit())
				.isEqualTo(expected));
	}

	@Test
	void endpointWhenUserHasOneShouldBeTheUsers() {
		ChannelBroker broker = mock(ChannelBroker.class);
		CometControl control = new CometControl(Duration.ofSeconds(1));
		CometEndpoint endpoint = new CometEndpoint(new CometOperations(control, broker,
				new Subscriptions(broker, control, null, new SubscriptionLimits(null, 1, 1, Duration.ofSeconds(1)))));
		this.runner.withPropertyValues(EXPOSE_ALL)
			.withBean("mine", CometEndpoint.class, () -> endpoint)
			.run((context) -> assertThat(context).getBean(CometEndpoint.class).isSameAs(endpoint));
	}

}
