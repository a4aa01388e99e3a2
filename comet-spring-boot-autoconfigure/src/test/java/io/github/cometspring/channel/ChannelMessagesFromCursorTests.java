package io.github.cometspring.channel;

import org.junit.jupiter.api.Test;
import reactor.test.subscriber.TestSubscriber;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Channel#messages(Cursor)}.
 */
class ChannelMessagesFromCursorTests extends ReadChannel {

	@Test
	void messagesWhenCursorIsGivenShouldReplayThenGoOn() {
		Channel channel = channel(3);
		publish(channel, "1", "2");
		Cursor here = cursor(channel);
		publish(channel, "3", "4");
		TestSubscriber<Message> reader = read(channel.messages(here), Long.MAX_VALUE);
		publish(channel, "5");
		assertThat(texts(reader)).containsExactly("3", "4", "5");
		assertThat(reader.getReceivedOnNext()).noneMatch(Message::afterGap);
	}

	@Test
	void messagesWhenEarliestShouldReplayAllWithoutGap() {
		Channel channel = channel(3);
		publish(channel, "1", "2", "3", "4");
		TestSubscriber<Message> reader = read(channel.messages(Cursor.EARLIEST), Long.MAX_VALUE);
		assertThat(texts(reader)).containsExactly("2", "3", "4");
		assertThat(reader.getReceivedOnNext()).noneMatch(Message::afterGap);
	}

	@Test
	void messagesWhenCursorIsTooOldShouldMarkTheFirst() {
		Channel channel = channel(3);
		Cursor start = cursor(channel);
		publish(channel, "1", "2", "3", "4");
		TestSubscriber<Message> reader = read(channel.messages(start), Long.MAX_VALUE);
		publish(channel, "5");
		assertThat(texts(reader)).containsExactly("2", "3", "4", "5");
		assertThat(reader.getReceivedOnNext()).extracting(Message::afterGap).containsExactly(true, false, false, false);
	}

	@Test
	void messagesWhenGapComesWithoutMessageShouldMarkTheNext() {
		Channel channel = channel(0);
		Cursor start = cursor(channel);
		publish(channel, "1");
		TestSubscriber<Message> reader = read(channel.messages(start), Long.MAX_VALUE);
		publish(channel, "2", "3");
		assertThat(texts(reader)).containsExactly("2", "3");
		assertThat(reader.getReceivedOnNext()).extracting(Message::afterGap).containsExactly(true, false);
	}

	@Test
	void messagesWhenCursorIsOfOtherEpochShouldMarkTheFirst() {
		Channel channel = channel(3);
		publish(channel, "1");
		Cursor other = Cursor.of(channel.id(), new Position(epochOf(channel) % Position.MAX_EPOCH + 1, 1));
		TestSubscriber<Message> reader = read(channel.messages(other), Long.MAX_VALUE);
		assertThat(texts(reader)).containsExactly("1");
		assertThat(reader.getReceivedOnNext()).extracting(Message::afterGap).containsExactly(true);
	}

	@Test
	void messagesWhenCursorIsOfOtherChannelShouldBeginNow() {
		Channel channel = channel(3);
		publish(channel, "1");
		TestSubscriber<Message> reader = read(channel.messages(Cursor.of("other", new Position(1, 1))), Long.MAX_VALUE);
		publish(channel, "2");
		assertThat(texts(reader)).containsExactly("2");
	}

}
