package io.github.cometspring.typed;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;
import reactor.test.publisher.TestPublisher;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TypedChannel#bind}.
 */
class TypedChannelBindTests extends ValueChannels {

	@Test
	void bindShouldPublishInOrderAndCloseAtTheEnd() {
		TypedChannel<Integer> channel = await(this.typed.create("n", Integer.class));
		Flux<Integer> received = channel.messages(Cursor.EARLIEST).replay(200).autoConnect(0);
		StepVerifier.create(channel.bind(Flux.range(1, 100))).expectComplete().verify(PATIENCE);
		StepVerifier.create(received)
			.expectNextSequence(Flux.range(1, 100).toIterable())
			.expectComplete()
			.verify(PATIENCE);
		assertThat(this.channels.find("n").blockOptional(PATIENCE)).isEmpty();
	}

	@Test
	void bindShouldAskForNoMoreThanItPublishes() {
		TypedChannel<Integer> channel = await(this.typed.create("n", Integer.class));
		AtomicLong ahead = new AtomicLong();
		AtomicLong most = new AtomicLong();
		Flux<Integer> source = Flux.range(1, 1000)
			.doOnRequest((n) -> most.accumulateAndGet(ahead.addAndGet(n), Math::max))
			.doOnNext((value) -> ahead.decrementAndGet());
		StepVerifier.create(channel.bind(source)).expectComplete().verify(PATIENCE);
		assertThat(most).hasValueLessThanOrEqualTo(2);
	}

	@Test
	void bindShouldAskForTheNextValueWhenTheOneBeforeItIsInTheHistory() {
		Sinks.Empty<Void> accepted = Sinks.empty();
		List<Integer> taken = new ArrayList<>();
		StepVerifier.create(slow(accepted.asMono()).bind(Flux.just(1, 2, 3).doOnNext(taken::add)))
			.then(() -> assertThat(taken).containsExactly(1))
			.then(accepted::tryEmitEmpty)
			.expectComplete()
			.verify(PATIENCE);
		assertThat(taken).containsExactly(1, 2, 3);
	}

	@Test
	void bindWhenSourceFailsShouldPublishTheValuesBeforeIt() {
		Sinks.Empty<Void> accepted = Sinks.empty();
		TestPublisher<Integer> source = TestPublisher.create();
		TypedChannel<Integer> channel = slow(accepted.asMono());
		StepVerifier.create(channel.bind(source.flux()))
			.then(() -> source.next(1).error(new IllegalStateException("source")))
			.then(accepted::tryEmitEmpty)
			.expectErrorMessage("source")
			.verify(PATIENCE);
		assertThat(await(this.broker.find("n")).newest().offset()).isOne();
	}

	/**
	 * A channel that publishes when something else is complete, as one behind a network.
	 */
	private TypedChannel<Integer> slow(Mono<Void> accepted) {
		Channel channel = await(this.typed.create("n", Integer.class)).channel();
		Channel slow = (Channel) Proxy.newProxyInstance(Channel.class.getClassLoader(),
				new Class<?>[] { Channel.class }, (proxy, method, arguments) -> {
					Object result = method.invoke(channel, arguments);
					return method.getName().equals("publish") ? accepted.then((Mono<?>) result) : result;
				});
		JsonMapper mapper = JsonMapper.shared();
		return new TypedChannel<>(slow, mapper.writerFor(Integer.class), mapper.readerFor(Integer.class));
	}

	@Test
	void bindWhenSourceFailsShouldTellAndLeaveOpen() {
		TypedChannel<Integer> channel = await(this.typed.create("n", Integer.class));
		TestPublisher<Integer> source = TestPublisher.create();
		StepVerifier.create(channel.bind(source.flux()))
			.then(() -> source.next(1).error(new IllegalStateException("source")))
			.expectErrorMessage("source")
			.verify(PATIENCE);
		assertThat(await(channel.publish(2)).offset()).isEqualTo(2);
		StepVerifier.create(channel.bind(Flux.just(3))).expectComplete().verify(PATIENCE);
	}

	@Test
	void bindWhenValueDoesNotSerializeShouldCancelSourceAndLeaveOpen() {
		TypedChannel<Object> channel = await(this.typed.create("n", Object.class));
		TestPublisher<Object> source = TestPublisher.create();
		StepVerifier.create(channel.bind(source.flux()))
			.then(() -> source.next(1).next(new Broken()))
			.expectError(UnwritableValueException.class)
			.verify(PATIENCE);
		source.assertCancelled();
		assertThat(await(channel.publish(2)).offset()).isEqualTo(2);
	}

	@Test
	void bindWhenChannelIsClosedShouldCancelSource() {
		TypedChannel<Integer> channel = await(this.typed.create("n", Integer.class));
		TestPublisher<Integer> source = TestPublisher.create();
		StepVerifier.create(channel.bind(source.flux()))
			.then(() -> channel.close().block(PATIENCE))
			.then(() -> source.next(1))
			.expectError(ChannelClosedException.class)
			.verify(PATIENCE);
		source.assertCancelled();
	}

	@Test
	void bindWhenCancelledShouldCancelSourceAndLeaveOpen() {
		TypedChannel<Integer> channel = await(this.typed.create("n", Integer.class));
		TestPublisher<Integer> source = TestPublisher.create();
		StepVerifier.create(channel.bind(source.flux())).thenCancel().verify(PATIENCE);
		source.assertCancelled();
		assertThat(await(channel.publish(1)).offset()).isOne();
	}

}
