package io.github.cometspring.publish;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.cometspring.testing.Await;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

import static org.assertj.core.api.Assertions.assertThat;

class PublicationQueuesTests {

	private final PublicationQueues queues = new PublicationQueues();

	private final List<String> published = new CopyOnWriteArrayList<>();

	private final List<Throwable> failures = new CopyOnWriteArrayList<>();

	private final Sinks.Empty<Void> answer = Sinks.empty();

	private boolean publish(String channel, Mono<?> work) {
		return this.queues.publish(channel, work, this.failures::add);
	}

	private Mono<Void> work(String text) {
		return Mono.fromRunnable(() -> this.published.add(text));
	}

	private Mono<Void> slowWork(String text) {
		return work(text).then(this.answer.asMono());
	}

	@Test
	void publicationShouldBeginWhenTheOneBeforeItHasEnded() {
		publish("a", slowWork("a1"));
		publish("a", work("a2"));
		publish("a", work("a3"));
		assertThat(this.published).containsExactly("a1");
		this.answer.tryEmitEmpty();
		assertThat(this.published).containsExactly("a1", "a2", "a3");
	}

	@Test
	void publicationShouldNotWaitForOtherChannels() {
		publish("a", slowWork("a1"));
		publish("b", work("b1"));
		assertThat(this.published).containsExactly("a1", "b1");
	}

	@Test
	void publicationShouldBeginOnTheThreadOfTheCall() {
		List<Thread> threads = new ArrayList<>();
		Mono<Void> work = Mono.fromRunnable(() -> threads.add(Thread.currentThread()));
		publish("a", work);
		publish("a", work);
		assertThat(threads).containsExactly(Thread.currentThread(), Thread.currentThread());
	}

	@Test
	void publicationWhenTheOneBeforeItFailsShouldBegin() {
		IllegalStateException early = new IllegalStateException("early");
		StackOverflowError fatal = new StackOverflowError("fatal");
		IllegalStateException late = new IllegalStateException("late");
		publish("a", Mono.error(early));
		publish("a", Mono.fromRunnable(() -> {
			throw fatal;
		}));
		publish("a", this.answer.asMono().then(Mono.error(late)));
		publish("a", work("a1"));
		assertThat(this.published).isEmpty();
		this.answer.tryEmitEmpty();
		assertThat(this.published).containsExactly("a1");
		assertThat(this.failures).containsExactly(early, fatal, late);
	}

	@Test
	void publicationsWhenTooManyWaitShouldBeRefused() {
		publish("a", slowWork("a"));
		AtomicInteger ended = new AtomicInteger();
		// So many that calls within calls would fill the stack
		IntStream.range(0, PublicationQueues.MOST_WAITING)
			.forEach((i) -> assertThat(publish("a", Mono.fromRunnable(ended::incrementAndGet))).isTrue());
		assertThat(publish("a", work("refused"))).isFalse();
		assertThat(publish("b", work("b"))).isTrue();
		this.answer.tryEmitEmpty();
		assertThat(ended).hasValue(PublicationQueues.MOST_WAITING);
		assertThat(publish("a", work("a again"))).isTrue();
		assertThat(this.published).containsExactly("a", "b", "a again");
		assertThat(this.failures).isEmpty();
	}

	@Test
	void publicationsOfManyThreadsShouldComeOneAfterAnother() {
		AtomicInteger underWay = new AtomicInteger();
		AtomicInteger ended = new AtomicInteger();
		AtomicInteger together = new AtomicInteger();
		Mono<Void> end = Mono.<Void>fromRunnable(() -> {
			underWay.decrementAndGet();
			ended.incrementAndGet();
		}).subscribeOn(Schedulers.parallel());
		Mono<Void> work = Mono.defer(() -> {
			if (underWay.incrementAndGet() > 1) {
				together.incrementAndGet();
			}
			return end;
		});
		Mono<Void> workAtOnce = Mono.fromRunnable(ended::incrementAndGet);
		Consumer<Integer> publisher = (thread) -> IntStream.range(0, 1000)
			.forEach((i) -> publish("a", (i % 3 == 0) ? workAtOnce : work));
		List<Thread> threads = IntStream.range(0, 4).mapToObj((i) -> new Thread(() -> publisher.accept(i))).toList();
		threads.forEach(Thread::start);
		Await.until(() -> ended.get() == 4000);
		assertThat(together).hasValue(0);
		assertThat(this.failures).isEmpty();
	}

}
