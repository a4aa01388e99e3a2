package io.github.cometspring.channel;

import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

class JsonChannelTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private static final ChannelSettings JSON = ChannelSettings.DEFAULT.withFormat(MessageFormat.JSON);

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, VirtualTimeScheduler.create());

	private final Channels channels = new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 100,
			Schedulers.immediate());

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	@Test
	void formatWhenNotSetShouldBeText() {
		assertThat(await(this.channels.create("a")).format()).isEqualTo(MessageFormat.TEXT);
	}

	@Test
	void publishWhenJsonShouldCarryItsFormat() {
		Channel channel = await(this.channels.create("a", JSON));
		assertThat(channel.format()).isEqualTo(MessageFormat.JSON);
		await(channel.publish("{ \"a\": 1 }\n"));
		assertThat(await(channel.deliver("[\"\uD800\"]")).position().offset()).isEqualTo(2);
		List<Message> messages = await(channel.messages(Cursor.EARLIEST).take(2).collectList());
		assertThat(messages).extracting(Message::data).containsExactly("{\"a\":1}", "[\"\uFFFD\"]");
		assertThat(messages).extracting(Message::format).containsOnly(MessageFormat.JSON);
	}

	@Test
	void publishWhenNotJsonShouldPublishNothing() {
		Channel channel = await(this.channels.create("a", JSON));
		StepVerifier.create(channel.publish("no")).expectError(InvalidJsonException.class).verify(PATIENCE);
		StepVerifier.create(channel.deliver("")).expectError(InvalidJsonException.class).verify(PATIENCE);
		assertThat(await(channel.publish("1")).offset()).isOne();
	}

	@Test
	void publishWhenTextShouldTakeAnything() {
		Channel channel = await(this.channels.create("a"));
		await(channel.publish(" no\n"));
		assertThat(await(channel.messages(Cursor.EARLIEST).next()))
			.isEqualTo(new Message("a", new Position(epoch(channel), 1), " no\n", MessageFormat.TEXT, false));
	}

	@Test
	void publishWhenTooLargeBeforeSpaceIsRemovedShouldRefuse() {
		// The limit applies to the text of the application, so that larger texts are not
		// parsed.
		Channel channel = await(this.channels.create("a", JSON));
		StepVerifier.create(channel.publish(" ".repeat(100) + "1"))
			.expectError(MessageTooLargeException.class)
			.verify(PATIENCE);
	}

	@Test
	void createWhenSettingsOnlyShouldMakeId() {
		Channel channel = await(this.channels.create(JSON));
		assertThat(channel.id()).hasSize(24);
		assertThat(channel.format()).isEqualTo(MessageFormat.JSON);
	}

	@Test
	void obtainWhenThereShouldKeepItsFormat() {
		assertThat(await(this.channels.obtain("a", JSON)).format()).isEqualTo(MessageFormat.JSON);
		assertThat(await(this.channels.obtain("a")).format()).isEqualTo(MessageFormat.JSON);
	}

	@Test
	void handleShouldBeIdAndCursor() {
		Channel channel = await(this.channels.create("a"));
		await(channel.publish("1"));
		ChannelHandle handle = await(channel.handle());
		assertThat(handle).isEqualTo(ChannelHandle.of("a", await(channel.cursor())));
		assertThat(JsonMapper.shared().writeValueAsString(handle))
			.isEqualTo("{\"channel\":\"a\",\"cursor\":\"" + handle.cursor() + "\"}");
		assertThat(JsonMapper.shared().readValue(JsonMapper.shared().writeValueAsString(handle), ChannelHandle.class))
			.isEqualTo(handle);
		assertThat(handle.toString()).isEqualTo("ChannelHandle[a]");
	}

	@Test
	void handleWhenInvalidShouldRefuse() {
		assertThatExceptionOfType(InvalidChannelNameException.class)
			.isThrownBy(() -> new ChannelHandle("a b", "latest"));
		assertThatExceptionOfType(InvalidCursorException.class).isThrownBy(() -> new ChannelHandle("a", "x"));
	}

	@Test
	void withShouldChangeOneComponent() {
		ChannelSettings settings = ChannelSettings.DEFAULT.withHistorySize(1)
			.withHistoryMaxAge(Duration.ofSeconds(2))
			.withIdleTimeout(Duration.ofSeconds(3))
			.withFormat(MessageFormat.JSON);
		assertThat(settings)
			.isEqualTo(new ChannelSettings(1, Duration.ofSeconds(2), Duration.ofSeconds(3), MessageFormat.JSON));
		assertThat(settings.withIdleTimeout(null).idleTimeout()).isNull();
		assertThatNullPointerException().isThrownBy(() -> settings.withFormat(null)).withMessage("format");
	}

	private long epoch(Channel channel) {
		return await(this.broker.find(channel.id())).newest().epoch();
	}

	private static <T> T await(Mono<T> mono) {
		T value = mono.block(PATIENCE);
		assertThat(value).isNotNull();
		return value;
	}

}
