package io.github.cometspring.test;

import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.client.ReceivedMessage;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.test.StepVerifier;

import org.springframework.beans.factory.annotation.Autowired;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What a tester promises, over each transport.
 */
abstract class CometTesterContract {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@Autowired
	private CometTester comet;

	@Autowired
	private Channels channels;

	@Autowired
	private TypedChannels typedChannels;

	private Channel news;

	@BeforeEach
	void create() {
		this.channels.list().flatMap(Channel::close).blockLast(PATIENCE);
		this.news = this.channels.create("news").block(PATIENCE);
	}

	private CometTester over(Transport transport) {
		return this.comet.withTimeout(PATIENCE).over(transport);
	}

	private void publish(String... texts) {
		for (String text : texts) {
			this.news.publish(text).block(PATIENCE);
		}
	}

	@ParameterizedTest
	@EnumSource
	void messagesShouldBeReceivedInOrder(Transport transport) {
		Channel other = this.channels.create("other").block(PATIENCE);
		TestSubscription page = over(transport).subscribe("news", "other");
		publish("1", "2", "é: 100%\n");
		page.expectMessage("1", "2").expectMessage("é: 100%\n");
		other.publish("3").block(PATIENCE);
		page.assertNext((message) -> {
			assertThat(message.channel()).isEqualTo("other");
			assertThat(message.text()).isEqualTo("3");
			assertThat(message.afterGap()).isFalse();
		});
	}

	@ParameterizedTest
	@EnumSource
	void valuesShouldBeReadAsTheirType(Transport transport) {
		TypedChannel<Price> prices = this.typedChannels.create("prices", Price.class).block(PATIENCE);
		TestSubscription page = over(transport).subscribe("prices");
		for (int i = 1; i <= 4; i++) {
			prices.publish(new Price("ACME", i)).block(PATIENCE);
		}
		page.expectValue(new Price("ACME", 1))
			.assertNext(Price.class, (price) -> assertThat(price.amount()).isEqualTo(2));
		assertThat(page.nextValue(Price.class)).isEqualTo(new Price("ACME", 3));
		StepVerifier.create(page.values(Price.class)).expectNext(new Price("ACME", 4)).thenCancel().verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void resumeShouldGoOnWhereTheConnectionWasCut(Transport transport) {
		TestSubscription page = over(transport).subscribe("news");
		publish("1");
		page.expectMessage("1");
		Await.until(() -> this.news.subscribers() == 1);
		page.cut();
		Await.until(() -> this.news.subscribers() == 0);
		publish("2", "3");
		page.resume().expectMessage("2", "3");
		publish("4");
		page.expectMessage("4").resume(Cursor.EARLIEST).expectMessage("1", "2", "3", "4");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenCursorIsGivenShouldStartThere(Transport transport) {
		publish("1");
		Cursor cursor = this.news.cursor().block(PATIENCE);
		publish("2");
		over(transport).subscribe(cursor, "news").expectMessage("2");
		over(transport).subscribe(Cursor.EARLIEST, "news").expectMessage("1", "2");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenCursorLacksChannelShouldStartItNow(Transport transport) {
		Channel other = this.channels.create("other").block(PATIENCE);
		TestSubscription page = over(transport).subscribe(this.news.cursor().block(PATIENCE), "news", "other");
		assertThat(page.cursor().knows("other")).isTrue();
		other.publish("1").block(PATIENCE);
		page.expectMessage("1");
	}

	@ParameterizedTest
	@EnumSource
	void subscribeWhenHandlesAreGivenShouldStartThere(Transport transport) {
		Channel other = this.channels.create("other").block(PATIENCE);
		publish("1");
		ChannelHandle one = this.news.handle().block(PATIENCE);
		ChannelHandle two = other.handle().block(PATIENCE);
		publish("2");
		other.publish("3").block(PATIENCE);
		StepVerifier.create(over(transport).subscribe(one, two).messages().map(ReceivedMessage::text).take(2).sort())
			.expectNext("2", "3")
			.expectComplete()
			.verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void gapShouldBeToldToThoseWhoListen(Transport transport) {
		TestSubscription page = over(transport).subscribe("news");
		publish("1");
		page.expectMessage("1");
		this.comet.makeGap("news");
		page.expectGap("news");
		publish("2");
		page.assertNext((message) -> assertThat(message.afterGap()).isTrue());
		publish("3");
		page.assertNext((message) -> assertThat(message.afterGap()).isFalse());
	}

	@ParameterizedTest
	@EnumSource
	void gapShouldBeToldToThoseWhoResume(Transport transport) {
		TestSubscription page = over(transport).subscribe("news").cut();
		publish("lost");
		this.comet.makeGap("news");
		publish("kept");
		page.resume().expectGap("news").expectMessage("kept");
	}

	@ParameterizedTest
	@EnumSource
	void endShouldBeTold(Transport transport) {
		this.channels.create("other").block(PATIENCE);
		TestSubscription page = over(transport).subscribe("news", "other", "unknown");
		page.expectEnded("unknown");
		publish("last");
		this.comet.end("news");
		page.expectMessage("last").expectEnded("news");
		this.comet.end("other");
		StepVerifier.create(page.events()).expectNext(new CometEvent.Ended("other")).expectComplete().verify(PATIENCE);
	}

	@ParameterizedTest
	@EnumSource
	void deactivateShouldEndAndRefuseClients(Transport transport) {
		TestSubscription page = over(transport).subscribe("news");
		this.comet.deactivate();
		page.expectDisconnected();
		publish("meanwhile");
		CometRefusal refusal = page.expectRefusedResume(CometRefusal.Reason.UNAVAILABLE);
		assertThat(refusal.status()).isEqualTo(503);
		assertThat(refusal.retryAfter()).isNotNull();
		over(transport).expectRefused(CometRefusal.Reason.UNAVAILABLE, "news");
		this.comet.activate();
		page.resume().expectMessage("meanwhile");
	}

	@ParameterizedTest
	@EnumSource
	void refusalShouldHaveItsReason(Transport transport) {
		over(transport).withPath("/nothing").expectRefused(CometRefusal.Reason.NO_ENDPOINT, "news");
		String[] many = Stream.iterate(0, (i) -> i + 1).limit(101).map((i) -> "c" + i).toArray(String[]::new);
		CometRefusal refusal = over(transport).expectRefused(CometRefusal.Reason.MALFORMED, many);
		assertThat(refusal.detail()).contains("at most 100");
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> over(transport).expectRefused(CometRefusal.Reason.FORBIDDEN, "news"))
			.withMessageContaining("Expected to be refused (FORBIDDEN), but was served")
			.withMessageContaining("news over " + transport.id());
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> over(transport).withPath("/nothing").subscribe("news"))
			.withMessageContaining("404 NO_ENDPOINT");
	}

	@Test
	void webSocketOfForeignPageShouldBeRefused() {
		CometTester socket = over(Transport.WEBSOCKET);
		socket.withHeaders((headers) -> headers.setOrigin("https://evil.example"))
			.expectRefused(CometRefusal.Reason.FORBIDDEN, "news");
		TestSubscription page = socket.withHeaders((headers) -> headers.setOrigin("https://shop.example"))
			.subscribe("news");
		publish("1");
		page.expectMessage("1");
	}

	@ParameterizedTest
	@EnumSource
	void messagesShouldBeAStreamOfWhatIsNotTakenYet(Transport transport) {
		TestSubscription page = over(transport).subscribe("news");
		publish("1", "2");
		page.expectMessage("1");
		StepVerifier.create(page.messages().map(ReceivedMessage::text), 0)
			.thenRequest(1)
			.expectNext("2")
			.then(() -> publish("3", "4"))
			.thenRequest(1)
			.expectNext("3")
			.thenCancel()
			.verify(PATIENCE);
		page.expectMessage("4");
	}

	@ParameterizedTest
	@EnumSource
	void failureShouldTellWhatWasReceived(Transport transport) {
		TestSubscription page = over(transport).subscribe("news");
		publish("1");
		page.expectMessage("1").cut().resume();
		publish("3", "4");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> page.expectMessage("2"))
			.withMessageContainingAll("news over " + transport.id(), "connected", "message on news: \"1\"",
					"cut by the test", "message on news: \"3\"", "expected: \"2\"");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> page.expectGap("news"))
			.withMessageContaining("Expected gap on news, but got: message on news: \"4\"");
		page.expectNothing(Duration.ofMillis(10));
		this.comet.end("news");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> page.expectMessage("5"))
			.withMessageContaining("Expected the message '5', but got: end of news");
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> page.expectMessage("5"))
			.withMessageContaining("Expected the message '5', but the subscription is over");
	}

	@ParameterizedTest
	@EnumSource
	void resetShouldCloseSubscriptions(Transport transport) {
		List<TestSubscription> pages = Stream.generate(() -> over(transport).subscribe("news")).limit(3).toList();
		Await.until(() -> this.news.subscribers() == 3);
		this.comet.deactivate();
		this.comet.reset();
		Await.until(() -> this.news.subscribers() == 0);
		assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> pages.get(0).nextMessage());
		over(transport).subscribe("news");
	}

	record Price(String symbol, int amount) {
	}

}
