package io.github.cometspring.typed;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DuplicateChannelException;
import io.github.cometspring.channel.InvalidChannelNameException;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.MessageTooLargeException;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

class TypedChannelTests extends ValueChannels {

	@Test
	void publishShouldPublishJson() {
		TypedChannel<Bid> channel = await(this.typed.create("bids", Bid.class));
		assertThat(await(channel.publish(new Bid("ann", 2))).offset()).isOne();
		assertThat(await(channel.deliver(new Bid("bob", 3))).position().offset()).isEqualTo(2);
		assertThat(texts(channel.channel(), 2)).containsExactly("{\"by\":\"ann\",\"amount\":2}",
				"{\"by\":\"bob\",\"amount\":3}");
	}

	@Test
	void channelWhenNameIsInvalidShouldBeRefusedBeforeItIsMatched() {
		TypedChannels typed = new TypedChannels(this.channels,
				ChannelDefaults.of(ChannelSettings.DEFAULT).with((name) -> {
					throw new AssertionError("An invalid name is matched");
				}, ChannelSettings.DEFAULT), JsonMapper.shared());
		Stream
			.of(typed.create("no name", Bid.class), typed.obtain("no name", Bid.class),
					typed.create("no name", GENERIC), typed.obtain("no name", GENERIC))
			.forEach((channel) -> StepVerifier.create(channel)
				.expectError(InvalidChannelNameException.class)
				.verify(PATIENCE));
	}

	@Test
	void publishWhenNotSubscribedToShouldPublishNothing() {
		TypedChannel<Bid> channel = await(this.typed.create("bids", Bid.class));
		Mono<?> publication = channel.publish(new Bid("ann", 2));
		assertThat(await(channel.publish(new Bid("bob", 1))).offset()).isOne();
		await(publication);
		await(publication);
		assertThat(await(channel.publish(new Bid("bob", 1))).offset()).isEqualTo(4);
	}

	@Test
	void messagesShouldBeValues() {
		TypedChannel<Bid> channel = await(this.typed.create(Bid.class));
		StepVerifier.create(channel.messages())
			.then(() -> channel.publish(new Bid("ann", 2)).block(PATIENCE))
			.expectNext(new Bid("ann", 2))
			.then(() -> channel.close().block(PATIENCE))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void messagesWhenFromCursorShouldBeValuesAfterIt() {
		TypedChannel<Bid> channel = await(this.typed.create("bids", Bid.class));
		await(channel.publish(new Bid("ann", 1)));
		Cursor cursor = await(channel.cursor());
		assertThat(await(channel.handle()).cursor()).isEqualTo(cursor.token());
		await(channel.publish(new Bid("ann", 2)));
		assertThat(channel.messages(cursor).blockFirst(PATIENCE)).isEqualTo(new Bid("ann", 2));
	}

	@Test
	void messagesWhenGenericTypeShouldBeValues() {
		TypedChannel<Map<String, List<Bid>>> channel = await(this.typed.create("lots", GENERIC));
		Map<String, List<Bid>> value = Map.of("vase", List.of(new Bid("ann", 1), new Bid("bob", 2)));
		await(channel.publish(value));
		assertThat(channel.messages(Cursor.EARLIEST).blockFirst(PATIENCE)).isEqualTo(value);
	}

	@Test
	void messagesWhenPolymorphicShouldKeepSubtype() {
		TypedChannel<List<Event>> channel = await(this.typed.create("events", new TypeReference<List<Event>>() {
		}));
		await(channel.publish(List.of(new Sold("vase"), new Opened(3))));
		assertThat(channel.messages(Cursor.EARLIEST).blockFirst(PATIENCE)).containsExactly(new Sold("vase"),
				new Opened(3));
	}

	@Test
	void publishWhenValueDoesNotSerializeShouldFailThatPublicationOnly() {
		TypedChannel<Object> channel = await(this.typed.create("any", Object.class));
		StepVerifier.create(channel.publish(new Broken())).expectErrorSatisfies((ex) -> {
			assertThat(ex).isInstanceOf(UnwritableValueException.class)
				.hasMessageContaining("'any'")
				.hasMessageContaining(Broken.class.getName())
				.hasCauseInstanceOf(RuntimeException.class);
			assertThat(((UnwritableValueException) ex).getChannel()).isEqualTo("any");
			assertThat(((UnwritableValueException) ex).getValueType()).isEqualTo(Broken.class.getName());
		}).verify(PATIENCE);
		StepVerifier.create(channel.deliver(new Circle())).expectError(UnwritableValueException.class).verify(PATIENCE);
		assertThat(await(channel.publish(1)).offset()).isOne();
	}

	@Test
	void publishWhenClassOfValueIsMissingShouldFailThatPublicationOnly() {
		TypedChannel<Object> channel = await(this.typed.create("any", Object.class));
		StepVerifier.create(channel.publish(new Incomplete()))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOf(UnwritableValueException.class)
				.hasCauseInstanceOf(NoClassDefFoundError.class))
			.verify(PATIENCE);
		assertThat(await(channel.publish(1)).offset()).isOne();
	}

	@Test
	void publishWhenSerializerOfApplicationFailsShouldTellThatValueIsUnwritable() {
		TypedChannel<Object> channel = await(this.typed.create("any", Object.class));
		StepVerifier.create(channel.publish(new Refused()))
			.expectError(UnwritableValueException.class)
			.verify(PATIENCE);
	}

	@Test
	void publishWhenTooLargeShouldFail() {
		TypedChannel<String> channel = await(this.typed.create("big", String.class));
		StepVerifier.create(channel.publish("x".repeat(999)))
			.expectError(MessageTooLargeException.class)
			.verify(PATIENCE);
	}

	@Test
	void messagesWhenOfAnotherTypeShouldNamePositionWithoutText() {
		TypedChannel<Bid> channel = await(this.typed.create("bids", Bid.class));
		await(channel.publish(new Bid("ann", 1)));
		await(channel.channel().publish("{\"by\":\"bob\",\"amount\":\"secret\"}"));
		await(channel.publish(new Bid("cid", 3)));
		StepVerifier.create(channel.messages(Cursor.EARLIEST)).expectNext(new Bid("ann", 1)).consumeErrorWith((ex) -> {
			assertThat(ex).isInstanceOf(UnreadableMessageException.class)
				.hasMessageContaining("message 2 of channel 'bids'")
				.hasNoCause()
				.message()
				.doesNotContain("secret");
			Cursor behind = Cursor.of("bids", ((UnreadableMessageException) ex).getPosition());
			assertThat(channel.messages(behind).blockFirst(PATIENCE)).isEqualTo(new Bid("cid", 3));
		}).verify(PATIENCE);
	}

	@Test
	void messagesWhenNullShouldFail() {
		TypedChannel<Bid> channel = await(this.typed.create("bids", Bid.class));
		await(channel.channel().publish("null"));
		StepVerifier.create(channel.messages(Cursor.EARLIEST))
			.expectError(UnreadableMessageException.class)
			.verify(PATIENCE);
	}

	@Test
	void createWhenNameIsTakenShouldFail() {
		await(this.typed.create("a", Bid.class));
		StepVerifier.create(this.typed.create("a", GENERIC))
			.expectError(DuplicateChannelException.class)
			.verify(PATIENCE);
	}

	@Test
	void createWhenSettingsShouldKeepThemAndBeJson() {
		TypedChannel<Integer> channel = await(
				this.typed.create("a", Integer.class, ChannelSettings.DEFAULT.withHistorySize(1)));
		assertThat(channel.channel().format()).isEqualTo(MessageFormat.JSON);
		await(channel.publish(1));
		await(channel.publish(2));
		assertThat(channel.messages(Cursor.EARLIEST).blockFirst(PATIENCE)).isEqualTo(2);
	}

	@Test
	void findShouldFindTheSame() {
		TypedChannel<Bid> channel = await(this.typed.create("a", Bid.class));
		assertThat(await(this.typed.find("a", Bid.class))).isEqualTo(channel).hasSameHashCodeAs(channel);
		assertThat(await(this.typed.obtain("a", Bid.class))).isEqualTo(channel);
		assertThat(await(this.typed.find("a", GENERIC))).isNotEqualTo(channel);
		assertThat(this.typed.find("b", GENERIC).blockOptional(PATIENCE)).isEmpty();
		assertThat(await(this.typed.obtain("b", GENERIC)).id()).isEqualTo("b");
		assertThat(await(this.typed.create(GENERIC)).id()).hasSize(24);
	}

	@Test
	void findWhenTextShouldRefuse() {
		await(this.channels.create("text"));
		StepVerifier.create(this.typed.find("text", Bid.class))
			.expectErrorSatisfies(
					(ex) -> assertThat(ex).isInstanceOf(TextChannelException.class).hasMessageContaining("'text'"))
			.verify(PATIENCE);
		StepVerifier.create(this.typed.obtain("text", Bid.class))
			.expectError(TextChannelException.class)
			.verify(PATIENCE);
	}

}
