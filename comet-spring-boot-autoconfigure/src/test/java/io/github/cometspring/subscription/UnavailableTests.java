package io.github.cometspring.subscription;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.subscription.SubscriptionRejectedException.Reason;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import reactor.core.publisher.Mono;
import reactor.core.publisher.MonoSink;
import reactor.core.publisher.Sinks;
import reactor.test.subscriber.TestSubscriber;

import org.springframework.util.ReflectionUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Subscriptions} whose broker answers later, on another thread, or
 * cannot be reached.
 */
class UnavailableTests {

	// The tests check Comet's own warnings; Reactor must not log dropped errors.
	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission");

	private static final Cursor CURSOR = Cursor.of("a", new Position(1, 1));

	private final ManualEventLoop loop = new ManualEventLoop();

	private final TestNode node = TestNode.create();

	private final AtomicReference<Mono<Map<String, ChannelLog>>> answer = new AtomicReference<>();

	private final Subscriptions subscriptions = new Subscriptions(
			(ChannelBroker) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { ChannelBroker.class },
					(proxy, method, arguments) -> method.getName().equals("findAll") ? this.answer.get()
							: ReflectionUtils.invokeMethod(method, this.node.broker, arguments)),
			this.node.control, null, new SubscriptionLimits(null, 100, 1000, Duration.ofSeconds(15)));

	@Test
	void openWhenBrokerFailsOnOtherThreadShouldRefuseOnTheLoop() {
		Sinks.One<Map<String, ChannelLog>> found = Sinks.one();
		this.answer.set(found.asMono());
		TestSubscriber<Batch> poll = poll(CURSOR);
		this.loop.runTasks();
		found.tryEmitError(new BrokerUnavailableException(null));
		assertThat(poll.isTerminated()).as("not by the thread of the broker").isFalse();
		this.loop.runTasks();
		assertUnavailable(poll, CURSOR);
	}

	@Test
	void openWhenBrokerAnswersOnOtherThreadShouldServeOnTheLoop() {
		this.node.channel("a").publish("m").block(TestNode.TIMEOUT);
		Sinks.One<Map<String, ChannelLog>> found = Sinks.one();
		this.answer.set(found.asMono());
		TestSubscriber<Batch> poll = poll(Cursor.EARLIEST);
		this.loop.runTasks();
		found.tryEmitValue(Map.of("a", this.node.log("a")));
		assertThat(poll.isTerminated()).as("not by the thread of the broker").isFalse();
		this.loop.runTasks();
		assertThat(TestNode.received(poll)).containsExactly("a=m");
	}

	@Test
	void openWhenBrokerFailsAtOnceShouldRefuse() {
		this.answer.set(Mono.error(new BrokerUnavailableException(null)));
		assertUnavailable(poll(CURSOR), CURSOR);
		assertUnavailable(poll(Cursor.LATEST), null);
	}

	@Test
	void openWhenClientHasDisconnectedShouldNotLogLateErrors() {
		Sinks.One<Map<String, ChannelLog>> found = Sinks.one();
		AtomicReference<@Nullable MonoSink<Map<String, ChannelLog>>> late = new AtomicReference<>();
		this.answer.set(Mono.create(late::set));
		TestSubscriber<Batch> poll = poll(CURSOR);
		this.loop.runTasks();
		poll.cancel();
		this.loop.runTasks();
		Objects.requireNonNull(late.get()).error(new BrokerUnavailableException(null));
		this.loop.runTasks();
		this.answer.set(found.asMono());
		poll = poll(CURSOR);
		this.loop.runTasks();
		found.tryEmitError(new BrokerUnavailableException(null));
		poll.cancel();
		this.loop.runTasks();
		assertThat(log.complaints()).isEmpty();
		assertThat(this.subscriptions.connections(Transport.LEGACY)).isZero();
	}

	@Test
	void openWhenBrokerFailsEachTimeShouldLogOneLine() {
		this.answer.set(Mono.error(new BrokerUnavailableException(new IllegalStateException("it tells"))));
		int before = log.ownMessages().size();
		for (int i = 0; i < 50; i++) {
			poll(CURSOR);
		}
		assertThat(log.ownMessages().subList(before, log.ownMessages().size())).hasSize(1)
			.noneMatch((line) -> line.contains("\n") || line.contains("it tells"));
	}

	private TestSubscriber<Batch> poll(Cursor cursor) {
		TestSubscriber<Batch> poll = TestSubscriber.create();
		this.subscriptions
			.open(TestNode.DIALECT, this.loop,
					Mono.just(SubscriptionRequest.of(List.of("a"), cursor, null, Mono.empty())))
			.subscribe(poll);
		return poll;
	}

	private void assertUnavailable(TestSubscriber<Batch> poll, @Nullable Cursor cursor) {
		assertThat(poll.expectTerminalError()).isInstanceOfSatisfying(SubscriptionRejectedException.class, (ex) -> {
			assertThat(ex.getReason()).isEqualTo(Reason.UNAVAILABLE);
			assertThat(ex.getCursor()).isEqualTo(cursor);
		});
		assertThat(this.subscriptions.connections(Transport.LEGACY)).isZero();
	}

}
