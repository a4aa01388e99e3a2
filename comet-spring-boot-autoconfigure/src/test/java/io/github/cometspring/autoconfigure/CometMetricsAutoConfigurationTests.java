package io.github.cometspring.autoconfigure;

import io.github.cometspring.metrics.ClientCounts;
import io.github.cometspring.metrics.CometMeters;
import io.github.cometspring.metrics.RedisMeters;
import io.github.cometspring.subscription.SubscriptionListener;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class CometMetricsAutoConfigurationTests {

	private final ReactiveWebApplicationContextRunner runner = new ReactiveWebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CometAutoConfiguration.class, CometMetricsAutoConfiguration.class,
				CometObservationAutoConfiguration.class));

	@Test
	void contextWhenThereIsRegistryShouldHaveMeters() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasSingleBean(CometMeters.class)
				.getBean(SubscriptionListener.class)
				.isInstanceOf(ClientCounts.class));
	}

	@Test
	void contextWhenThereIsNoRegistryShouldCountNothing() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(CometMeters.class)
			.doesNotHaveBean(SubscriptionListener.class));
	}

	@Test
	void contextWhenMicrometerIsAbsentShouldCountNothing() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer.core"))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean("cometMeters")
				.doesNotHaveBean(SubscriptionListener.class));
	}

	@Test
	void contextWhenRedisIsAbsentShouldHaveOtherMeters() {
		this.runner.withClassLoader(new FilteredClassLoader("io.lettuce"))
			.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.run((context) -> assertThat(context).hasSingleBean(CometMeters.class).doesNotHaveBean(RedisMeters.class));
	}

	@Test
	void contextWhenSwitchedOffShouldHaveNoMeters() {
		this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
			.withPropertyValues("comet.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CometMeters.class));
	}

}
