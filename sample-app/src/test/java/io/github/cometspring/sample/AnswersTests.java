package io.github.cometspring.sample;

import java.time.Duration;

import io.github.cometspring.channel.ChannelHandle;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.DefaultChannels;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.typed.TypedChannel;
import io.github.cometspring.typed.TypedChannels;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.scheduler.Schedulers;
import reactor.test.StepVerifier;
import reactor.test.scheduler.VirtualTimeScheduler;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Answers}.
 */
class AnswersTests {

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final VirtualTimeScheduler time = VirtualTimeScheduler.create();

	private final InMemoryChannelBroker broker = new InMemoryChannelBroker(null, this.time);

	private final TypedChannels channels = new TypedChannels(
			new DefaultChannels(this.broker, ChannelSettings.DEFAULT, 1000, Schedulers.immediate()),
			ChannelSettings.DEFAULT, JsonMapper.builder().build());

	private final Answers answers = answers(false);

	@AfterEach
	void dispose() {
		this.broker.dispose();
	}

	private Answers answers(boolean shared) {
		AuctionProperties properties = new AuctionProperties(false, 0, Duration.ofSeconds(60), Duration.ofSeconds(10),
				Duration.ofSeconds(8), shared, "http://localhost");
		return new Answers(this.channels, new SimulatedModel(this.time), properties);
	}

	private TypedChannel<Piece> channel(ChannelHandle handle) {
		return this.channels.find(handle.channel(), Piece.class).blockOptional(PATIENCE).orElseThrow();
	}

	private static ChannelHandle ask(Answers answers) {
		return answers.ask("Why?").blockOptional(PATIENCE).orElseThrow();
	}

	@Test
	void askShouldWriteWhenSomebodyListens() {
		ChannelHandle handle = ask(this.answers);
		TypedChannel<Piece> channel = channel(handle);
		this.time.advanceTimeBy(Duration.ofMinutes(1));
		assertThat(channel.subscribers()).isZero();
		this.broker.find(handle.channel()).blockOptional(PATIENCE).orElseThrow().join();
		StepVerifier.create(channel.messages(Cursor.parse(handle.cursor())))
			.expectNext(Piece.question("Why?"))
			.then(() -> this.time.advanceTimeBy(Duration.ofMinutes(1)))
			.thenConsumeWhile((piece) -> piece.kind() == Piece.Kind.TOKEN)
			.expectNext(Piece.FINISHED)
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.answers.running()).isZero();
	}

	@Test
	void askWhenThereAreSeveralNodesShouldWriteAtOnce() {
		TypedChannel<Piece> channel = channel(ask(answers(true)));
		StepVerifier.create(channel.messages(Cursor.EARLIEST).take(1))
			.expectNext(Piece.question("Why?"))
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void stopShouldEndTheAnswerAndTheModel() {
		ChannelHandle handle = ask(this.answers);
		TypedChannel<Piece> channel = channel(handle);
		assertThat(this.answers.running()).isOne();
		this.answers.stop(handle.channel().substring("answers/".length())).block(PATIENCE);
		assertThat(this.answers.running()).isZero();
		StepVerifier.create(channel.messages(Cursor.EARLIEST))
			.expectNext(Piece.STOPPED)
			.expectComplete()
			.verify(PATIENCE);
	}

	@Test
	void stopWhenThereIsNoSuchAnswerShouldDoNothing() {
		TypedChannel<Piece> other = this.channels.create("auctions", Piece.class).blockOptional(PATIENCE).orElseThrow();
		this.answers.stop("auctions").block(PATIENCE);
		assertThat(this.channels.find(other.id(), Piece.class).blockOptional(PATIENCE)).isPresent();
	}

}
