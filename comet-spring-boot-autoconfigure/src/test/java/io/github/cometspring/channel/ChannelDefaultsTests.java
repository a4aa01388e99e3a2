package io.github.cometspring.channel;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;
import reactor.test.scheduler.VirtualTimeScheduler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class ChannelDefaultsTests {

	private static final ChannelSettings GENERAL = ChannelSettings.DEFAULT.withHistorySize(1);

	private static final ChannelSettings FIRST = ChannelSettings.DEFAULT.withHistorySize(2);

	private static final ChannelSettings SECOND = ChannelSettings.DEFAULT.withHistorySize(3);

	private static final ChannelDefaults DEFAULTS = ChannelDefaults.of(GENERAL)
		.with((name) -> name.startsWith("a"), FIRST)
		.with((name) -> name.endsWith("z"), SECOND);

	@Test
	void forNameWhenSeveralMatchShouldBeTheFirst() {
		assertThat(DEFAULTS.forName("az")).isEqualTo(FIRST);
		assertThat(DEFAULTS.forName("bz")).isEqualTo(SECOND);
	}

	@Test
	void forNameWhenNoneMatchesShouldBeGeneral() {
		assertThat(DEFAULTS.forName("b")).isEqualTo(GENERAL).isEqualTo(DEFAULTS.general());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no name", "a\n" })
	void forNameWhenInvalidShouldBeRefusedBeforeItIsMatched(String name) {
		ChannelDefaults defaults = ChannelDefaults.of(GENERAL).with((matched) -> {
			throw new AssertionError("An invalid name is matched");
		}, FIRST);
		assertThatExceptionOfType(InvalidChannelNameException.class).isThrownBy(() -> defaults.forName(name));
		assertThatExceptionOfType(InvalidChannelNameException.class)
			.isThrownBy(() -> ChannelDefaults.of(GENERAL).forName(name));
	}

	@Test
	void withFormatShouldChangeAllSettings() {
		ChannelDefaults json = DEFAULTS.withFormat(MessageFormat.JSON);
		assertThat(json.general()).isEqualTo(GENERAL.withFormat(MessageFormat.JSON));
		assertThat(json.forName("a")).isEqualTo(FIRST.withFormat(MessageFormat.JSON));
		assertThat(json.forName("z")).isEqualTo(SECOND.withFormat(MessageFormat.JSON));
	}

	@Test
	void channelsShouldTakeSettingsByName() {
		InMemoryChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());
		Channels channels = new DefaultChannels(broker, DEFAULTS, 10, Schedulers.immediate(), ChannelGrants.NONE);
		channels.create("a").then(channels.obtain("z")).then(channels.create("b")).block();
		channels.create("a/own", SECOND).then(channels.obtain("a/other", SECOND)).block();
		String fresh = channels.create().map(Channel::id).block();
		assertThat(settings(broker, "a")).isEqualTo(FIRST);
		assertThat(settings(broker, "z")).isEqualTo(SECOND);
		assertThat(settings(broker, "b")).isEqualTo(GENERAL);
		assertThat(settings(broker, "a/own")).isEqualTo(SECOND);
		assertThat(settings(broker, "a/other")).isEqualTo(SECOND);
		assertThat(settings(broker, fresh)).isEqualTo(GENERAL);
		broker.dispose();
	}

	private static ChannelSettings settings(ChannelBroker broker, String id) {
		return broker.find(id).map(ChannelLog::settings).block();
	}

}
