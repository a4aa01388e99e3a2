package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests settings of channels by a pattern of their names.
 */
class ChannelPatternsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(CometAutoConfiguration.class, CometTypedAutoConfiguration.class, JacksonAutoConfiguration.class));

	@Test
	void settingsShouldBeThoseOfFirstPatternInTheFile() {
		yaml("""
				comet:
				  history.size: 7
				  channel-idle-timeout: 1h
				  channels:
				    "[prices/gold]":
				      idle-timeout: 0
				    "[prices/*]":
				      history:
				        size: 2
				        max-age: 10s
				      format: json
				    "[**]":
				      history.size: 3
				      idle-timeout: 2m
				""").run((context) -> {
			assertThat(settings(context, "prices/gold")).isEqualTo(text(7, Duration.ofMinutes(5), null));
			assertThat(settings(context, "prices/tin"))
				.isEqualTo(text(2, Duration.ofSeconds(10), Duration.ofHours(1)).withFormat(MessageFormat.JSON));
			assertThat(settings(context, "prices/tin/today"))
				.isEqualTo(text(3, Duration.ofMinutes(5), Duration.ofMinutes(2)));
			assertThat(settings(context, "other")).isEqualTo(text(3, Duration.ofMinutes(5), Duration.ofMinutes(2)));
		});
	}

	@Test
	void settingsWhenFileHasThemInAnotherOrderShouldFollowIt() {
		yaml("""
				comet.channels:
				  "[**]":
				    history.size: 3
				  "[prices/*]":
				    history.size: 2
				""").run((context) -> assertThat(settings(context, "prices/tin").historySize()).isEqualTo(3));
	}

	@Test
	void settingsOfCodeShouldWin() {
		this.runner.withPropertyValues("comet.channels[prices/*].history.size=2").run((context) -> {
			Channels channels = context.getBean(Channels.class);
			ChannelSettings own = ChannelSettings.DEFAULT.withHistorySize(50);
			channels.create("prices/a", own).then(channels.obtain("prices/b", own)).block(PATIENCE);
			assertThat(stored(context, "prices/a")).isEqualTo(own);
			assertThat(stored(context, "prices/b")).isEqualTo(own);
		});
	}

	@Test
	void settingsShouldHoldForTypedChannelsAndNotForFreshIds() {
		this.runner.withPropertyValues("comet.channels[**].history.size=2").run((context) -> {
			TypedChannels typed = context.getBean(TypedChannels.class);
			typed.obtain("a", Integer.class).then(typed.create("b", Integer.class)).block(PATIENCE);
			String fresh = typed.create(Integer.class).map((channel) -> channel.id()).block(PATIENCE);
			assertThat(stored(context, "a")).isEqualTo(stored(context, "b"))
				.isEqualTo(ChannelSettings.DEFAULT.withHistorySize(2).withFormat(MessageFormat.JSON));
			assertThat(stored(context, fresh).historySize()).isEqualTo(100);
		});
	}

	@ParameterizedTest
	@CsvSource({ "a,a,true", "a,b,false", "a?,ab,true", "a?,a/,false", "a*,abc,true", "a*,a/c,false", "*,a/b,false",
			"**,a/b,true", "a/**,a,true", "a/**,a/b/c,true", "a/**/z,a/z,true", "a/**/z,a/b/c/z,true",
			"a/*/z,a/b/c/z,false", "a.b,axb,false", "*.b,a.b,true", "A,a,false", "ä*,äö,true", "user@*,user@x,true",
			"**,/a,true", "**,a//b,true", "**,/,true", "*,/a,false", "/*,/a,true", "a,/a,false", "/a,/a,true",
			"/a,a,false", "a/b,a//b,false", "a/*/b,a//b,true", "a/**/b,a//b,true", "**/b,b,true", "**/b,x/y/b,true",
			"a/,a,false", "a/**,ab,false", "?,𝒳,true" })
	void patternShouldMatchAsAntPatternsDo(String pattern, String name, boolean matches) {
		this.runner.withPropertyValues("comet.channels[%s].history.size=1".formatted(pattern))
			.run((context) -> assertThat(settings(context, name).historySize() == 1).isEqualTo(matches));
	}

	@Test
	void nameWithoutWildcardsShouldNeedNoBrackets() {
		this.runner.withPropertyValues("comet.channels.news.history.size=1", "comet.channels.old-news.idleTimeout=1m")
			.run((context) -> {
				assertThat(settings(context, "news").historySize()).isOne();
				assertThat(settings(context, "old-news").idleTimeout()).isEqualTo(Duration.ofMinutes(1));
			});
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.channels[prices/{x}].history.size=1", "comet.channels[a**].history.size=1",
			"comet.channels[a b].history.size=1", "comet.channels[a#].idle-timeout=1m" })
	void startWhenPatternIsInvalidShouldFailAndNameProperty(String property) {
		this.runner.withPropertyValues(property)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidChannelPatternException.class)
				.hasMessageContaining(property.substring(0, property.indexOf(']') + 1)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.channels.prices/*.history.size", "comet.channels.user.*.history.size",
			"comet.channels.sport.news.idle-timeout" })
	void startWhenBracketsAreMissingShouldFailAndNameProperty(String property) {
		this.runner.withPropertyValues(property + "=1")
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(InvalidChannelPatternException.class)
				.hasMessageContaining(property)
				.hasMessageContaining("brackets"));
	}

	private ApplicationContextRunner yaml(String text) {
		return this.runner.withInitializer((context) -> {
			try {
				for (PropertySource<?> source : new YamlPropertySourceLoader().load("application.yml",
						new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))) {
					context.getEnvironment().getPropertySources().addLast(source);
				}
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private static ChannelSettings text(int size, Duration age, Duration idle) {
		return new ChannelSettings(size, age, idle, MessageFormat.TEXT);
	}

	private static ChannelSettings settings(ApplicationContext context, String name) {
		context.getBean(Channels.class).obtain(name).block(PATIENCE);
		return stored(context, name);
	}

	private static ChannelSettings stored(ApplicationContext context, String name) {
		return context.getBean(ChannelBroker.class).find(name).map(ChannelLog::settings).block(PATIENCE);
	}

}
