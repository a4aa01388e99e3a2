package io.github.cometspring.autoconfigure;

import java.time.Duration;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

class CometTypedAutoConfigurationTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final ApplicationContextRunner comet = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CometAutoConfiguration.class, CometTypedAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.comet
		.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class));

	@Test
	void typedChannelsShouldUseMapperAndSettingsOfApplication() {
		this.runner.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE", "comet.history.size=1")
			.run((context) -> {
				TypedChannel<Sale> channel = context.getBean(TypedChannels.class)
					.create("a", Sale.class)
					.block(PATIENCE);
				assertThat(channel).isNotNull();
				channel.publish(new Sale(1)).then(channel.publish(new Sale(2))).block(PATIENCE);
				assertThat(channel.channel().messages(Cursor.EARLIEST).map(Message::data).blockFirst(PATIENCE))
					.isEqualTo("{\"final_price\":2}");
				assertThat(context.getBean(Channels.class).count().block(PATIENCE)).isOne();
			});
	}

	@Test
	void typedChannelsWhenNoMapperShouldNotBeThere() {
		this.comet.run((context) -> assertThat(context).hasNotFailed()
			.hasSingleBean(Channels.class)
			.doesNotHaveBean(TypedChannels.class));
	}

	@Test
	void typedChannelsWhenNoJacksonShouldNotBeThere() {
		this.comet.withClassLoader(new FilteredClassLoader("tools.jackson.databind"))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(Channels.class)
				.doesNotHaveBean(CometTypedAutoConfiguration.class));
	}

	@Test
	void typedChannelsWhenDisabledShouldNotBeThere() {
		this.runner.withPropertyValues("comet.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TypedChannels.class));
	}

	@Test
	void typedChannelsWhenApplicationHasItsOwnShouldBackOff() {
		this.runner.withUserConfiguration(OwnTypedChannels.class)
			.run((context) -> assertThat(context).hasSingleBean(TypedChannels.class)
				.getBean(TypedChannels.class)
				.isSameAs(context.getBean("own")));
	}

	@Test
	void typedChannelsWhenSeveralMappersAndNonePrimaryShouldNotBeThere() {
		this.comet.withUserConfiguration(TwoMappers.class)
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(TypedChannels.class));
	}

	record Sale(int finalPrice) {
	}

	@Configuration(proxyBeanMethods = false)
	static class OwnTypedChannels {

		@Bean
		TypedChannels own(Channels channels) {
			return new TypedChannels(channels, ChannelSettings.DEFAULT, JsonMapper.shared());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoMappers {

		@Bean
		JsonMapper one() {
			return new JsonMapper();
		}

		@Bean
		JsonMapper other() {
			return new JsonMapper();
		}

	}

}
