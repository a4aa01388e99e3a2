package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests the events of {@link SubscriptionListener} that are for meters: bytes, lags, and
 * messages that are not delivered.
 */
class DeliveryEventsTests {

	private final TestNode node = TestNode.create();

	private final ManualEventLoop loop = new ManualEventLoop();

	private final Recorder recorder = new Recorder();

	private final Subscriptions subscriptions = new Subscriptions(this.node.broker, this.node.control, null,
			TestNode.LIMITS, List.of(this.recorder));

	DeliveryEventsTests() {
		this.node.channel("a");
		this.node.channel("b");
	}

	@ParameterizedTest
	@EnumSource
	void sentWhenManyListenShouldBeCalledOncePerWalk(Transport transport) {
		for (int i = 0; i < 5; i++) {
			connect(transport, (batch) -> {
				batch.encoded(7);
				batch.written();
			});
		}
		this.node.publish("a", "1");
		this.loop.runTasks();
		assertThat(this.recorder.events).contains("delivered 5", "sent 35")
			.filteredOn((event) -> event.startsWith("sent"))
			.hasSize(1);
	}

	@ParameterizedTest
	@EnumSource
	void notDeliveredWhenWriteFailsShouldCountMessages(Transport transport) {
		connect(transport, Batch::failed);
		connect(transport, (batch) -> {
			batch.timedOut();
			batch.failed();
		});
		this.node.publish("a", "1", "2");
		this.loop.runTasks();
		assertThat(this.recorder.events).filteredOn((event) -> event.startsWith("not delivered"))
			.containsExactlyInAnyOrder("not delivered 2 WRITE_FAILED", "not delivered 2 WRITE_TIMED_OUT");
	}

	@Test
	void notDeliveredWhenEndIsNotTakenShouldNotBeCalled() {
		connect(Transport.SSE, Batch::failed);
		this.node.channel("a").close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.recorder.events).noneMatch((event) -> event.startsWith("not delivered"));
	}

	@Test
	void walkedShouldReportTimeSinceFirstPublicationOnce() {
		connect(Transport.SSE, Batch::written);
		connect(Transport.WEBSOCKET, Batch::written);
		this.node.publish("a", "1");
		this.loop.runTimers(Duration.ofMillis(2));
		this.node.publish("a", "2");
		this.loop.runTimers(Duration.ofMillis(3));
		this.loop.runTasks();
		assertThat(lags()).containsExactly("walked PT0.005S");
	}

	@Test
	void walkedWhenWalkTakesSeveralSlicesShouldBeCalledAtItsEnd() {
		IntStream.range(0, 3 * EventLoop.SLICE).forEach((i) -> connect(Transport.SSE, Batch::written));
		this.node.publish("a", "1");
		this.loop.runTask();
		this.loop.runTimers(Duration.ofMillis(5));
		this.node.publish("a", "2");
		assertThat(this.loop.waiting()).isEqualTo(2);
		this.loop.runTimers(Duration.ofMillis(10));
		this.loop.runTask();
		assertThat(lags()).isEmpty();
		this.loop.runTasks();
		// The second publication has come during the walk, and is passed on by another.
		assertThat(lags()).containsExactly("walked PT0.015S", "walked PT0.01S");
	}

	@Test
	void walkedWhenNobodyListensShouldNotBeCalled() {
		connect(Transport.SSE, Batch::written).cancel();
		this.loop.runTasks();
		this.node.publish("a", "1");
		this.loop.runTasks();
		assertThat(lags()).isEmpty();
	}

	@Test
	void subscriptionsShouldCountChannelsOfEachClient() {
		connect(Transport.SSE, Batch::written);
		Client both = connect(Transport.WEBSOCKET, Batch::written, "a", "b", "unknown");
		Client poll = connect(Transport.LEGACY, Batch::written);
		assertThat(this.subscriptions.subscriptions()).isEqualTo(4);
		both.cancel();
		this.loop.runTasks();
		assertThat(this.subscriptions.subscriptions()).isEqualTo(2);
		poll.cancel();
		this.loop.runTasks();
		this.node.channel("a").close().block(TestNode.TIMEOUT);
		this.loop.runTasks();
		assertThat(this.subscriptions.subscriptions()).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenClientMayBeAdmittedAgainShouldBeginWhenItIsConfirmed(Transport transport) {
		String[] tooMany = IntStream.range(0, 101).mapToObj((i) -> "a" + i).toArray(String[]::new);
		ConnectedClient client = tryConnect(transport);
		client.listen(request(tooMany)).subscribe(new Client(Batch::written));
		client.close();
		client.confirm();
		assertThat(this.recorder.events).isEmpty();
		ConnectedClient confirmed = tryConnect(transport);
		confirmed.confirm();
		confirmed.confirm();
		confirmed.listen(request(tooMany)).subscribe(new Client(Batch::written));
		confirmed.close();
		assertThat(this.recorder.events).containsExactly("connected", "refused TOO_MANY_CHANNELS", "ended REFUSED");
		assertThat(this.subscriptions.connections(transport)).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenClientMayBeAdmittedAgainShouldBeginWhenItListens(Transport transport) {
		ConnectedClient client = tryConnect(transport);
		client.listen(request("a")).subscribe(new Client(Batch::written));
		assertThat(this.recorder.events).containsExactly("connected");
		client.close();
		assertThat(this.recorder.events).containsExactly("connected", "ended CLIENT_GONE");
	}

	private ConnectedClient tryConnect(Transport transport) {
		return Objects
			.requireNonNull(this.subscriptions.tryConnect(new Dialect(transport, (message) -> 1), this.loop, null));
	}

	@Test
	void refusedWhenChangeOfChannelsIsRefusedShouldLeaveClientConnected() {
		ConnectedClient client = this.subscriptions.connect(new Dialect(Transport.WEBSOCKET, (message) -> 1),
				this.loop);
		client.changeRefused();
		assertThat(this.recorder.events).containsExactly("connected", "refused TOO_MANY_CHANNELS");
		assertThat(this.subscriptions.connections(Transport.WEBSOCKET)).isOne();
		client.close();
	}

	@Test
	void endedWhenPingIsNotAnsweredShouldSaySo() {
		ConnectedClient client = this.subscriptions.connect(new Dialect(Transport.WEBSOCKET, (message) -> 1),
				this.loop);
		client.silent();
		client.note(EndReason.WRITE_FAILED);
		client.close();
		assertThat(this.recorder.events).containsExactly("connected", "ended NO_PONG");
	}

	private List<String> lags() {
		return this.recorder.events.stream().filter((event) -> event.startsWith("walked")).toList();
	}

	private static SubscriptionRequest request(String... channels) {
		return SubscriptionRequest.of(List.of(channels), Cursor.LATEST, null, Mono.empty());
	}

	private Client connect(Transport transport, Consumer<Batch> written) {
		return connect(transport, written, "a");
	}

	private Client connect(Transport transport, Consumer<Batch> written, String... channels) {
		Client client = new Client((batch) -> {
			if (!batch.segments().isEmpty()) {
				written.accept(batch);
			}
		});
		this.loop.doNow(() -> this.subscriptions
			.open(new Dialect(transport, (message) -> 1), this.loop, Mono.just(request(channels)))
			.subscribe(client));
		this.loop.runTasks();
		this.recorder.events.clear();
		return client;
	}

	private static final class Client extends BaseSubscriber<Batch> {

		private final Consumer<Batch> written;

		Client(Consumer<Batch> written) {
			this.written = written;
		}

		@Override
		protected void hookOnNext(Batch batch) {
			this.written.accept(batch);
		}

		@Override
		protected void hookOnError(Throwable error) {
			// As the listener is called
		}

	}

	private static final class Recorder implements SubscriptionListener {

		private final List<String> events = new ArrayList<>();

		@Override
		public void connected(Transport transport) {
			this.events.add("connected");
		}

		@Override
		public void ended(Transport transport, EndReason reason) {
			this.events.add("ended " + reason);
		}

		@Override
		public void delivered(Transport transport, long messages) {
			this.events.add("delivered " + messages);
		}

		@Override
		public void notDelivered(Transport transport, EndReason reason, long messages) {
			this.events.add("not delivered " + messages + " " + reason);
		}

		@Override
		public void sent(Transport transport, long bytes) {
			this.events.add("sent " + bytes);
		}

		@Override
		public void walked(Duration lag) {
			this.events.add("walked " + lag);
		}

		@Override
		public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
			this.events.add("refused " + reason);
		}

	}

}
