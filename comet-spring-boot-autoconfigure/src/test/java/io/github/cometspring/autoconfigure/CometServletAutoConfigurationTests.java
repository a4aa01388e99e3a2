package io.github.cometspring.autoconfigure;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Channels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.ReactiveWebApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

@ExtendWith(OutputCaptureExtension.class)
class CometServletAutoConfigurationTests {

	private static final String WARNING = "Comet serves no clients here";

	private static final AutoConfigurations CONFIGURATIONS = AutoConfigurations.of(CometAutoConfiguration.class,
			CometServletAutoConfiguration.class, CometWebFluxAutoConfiguration.class);

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(CONFIGURATIONS);

	@Test
	void startWhenServletApplicationShouldWarnOnceAndNameSolutions(CapturedOutput output) {
		this.runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(Channels.class));
		assertThat(output).containsOnlyOnce(WARNING)
			.contains("'/comet'", "spring.main.web-application-type=reactive", "comet.enabled=false");
	}

	@Test
	void startWhenServletApplicationAndDisabledShouldBeSilent(CapturedOutput output) {
		this.runner.withPropertyValues("comet.enabled=false").run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void startWhenServletApplicationAndBrokerIsItsOwnShouldBeSilent(CapturedOutput output) {
		this.runner.withBean(ChannelBroker.class, () -> mock(ChannelBroker.class))
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

	@Test
	void startWhenNoServletApplicationShouldBeSilent(CapturedOutput output) {
		new ApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed());
		new ReactiveWebApplicationContextRunner().withConfiguration(CONFIGURATIONS)
			.run((context) -> assertThat(context).hasNotFailed());
		assertThat(output).doesNotContain(WARNING);
	}

}
