package io.github.cometspring.subscription;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.testing.QuietLog;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.reactivestreams.Subscription;
import reactor.core.Disposable;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SubscriptionListener}: the events of clients of each transport. One
 * class, as all of it reads what the same listener has received.
 */
class SubscriptionListenerTests {

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission",
			"io.github.cometspring.subscription.RefusalLog", "io.github.cometspring.subscription.SubscriptionListener");

	private final TestNode node = TestNode.with().history(2).node();

	private final RecordingListener listener = new RecordingListener();

	private Subscriptions subscriptions = subscriptions(null, TestNode.LIMITS, this.listener);

	private Subscriptions subscriptions(@Nullable ChannelAuthorizer authorizer, SubscriptionLimits limits,
			SubscriptionListener... listeners) {
		return new Subscriptions(this.node.broker, this.node.control,
				(authorizer != null) ? new Authorization(authorizer, TestNode.AUTHORIZATION_TIMEOUT) : null, limits,
				List.of(listeners));
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenMessageIsPublishedShouldArriveInOrder(Transport transport) {
		this.node.channel("a");
		Client client = connect(transport, Cursor.LATEST, "a", "unheard");
		if (transport.isPolling()) {
			// An unknown channel has ended, which answers the poll.
			assertThat(events(transport)).containsExactly("connected", "subscribed [a]", "ended ANSWERED");
			return;
		}
		this.node.publish("a", "1");
		run();
		client.cancel();
		run();
		assertThat(events(transport)).containsExactly("connected", "subscribed [a]", "delivered 1",
				"ended CLIENT_GONE");
	}

	@ParameterizedTest
	@EnumSource
	void deliveredWhenManyListenShouldBeCalledOncePerWalk(Transport transport) {
		this.node.channel("a");
		for (int i = 0; i < 5; i++) {
			connect(transport, Cursor.LATEST, "a");
		}
		this.node.publish("a", "1");
		run();
		assertThat(events(transport)).filteredOn((event) -> event.startsWith("delivered"))
			.containsExactly("delivered 5");
	}

	@ParameterizedTest
	@EnumSource
	void deliveredWhenWriteFailsShouldNotBeCalled(Transport transport) {
		this.node.channel("a");
		connect(transport, Batch::failed, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		run();
		assertThat(events(transport)).containsExactly("connected", "subscribed [a]", "ended WRITE_FAILED");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientStallsShouldReportWriteTimeout(Transport transport) {
		this.node.channel("a");
		connect(transport, (batch) -> {
			batch.timedOut();
			batch.failed();
		}, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		run();
		assertThat(events(transport)).last().isEqualTo("ended WRITE_TIMED_OUT");
	}

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" })
	void endedWhenPollIsAnsweredOrTimesOutShouldReportWhich(Transport transport) {
		this.node.channel("a");
		connect(transport, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		run();
		connect(transport, Cursor.LATEST, "a");
		this.node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(events(transport)).containsExactly("connected", "subscribed [a]", "ended ANSWERED", "delivered 1",
				"connected", "subscribed [a]", "ended TIMED_OUT");
	}

	@ParameterizedTest
	@EnumSource(names = { "SSE", "WEBSOCKET" })
	void endedWhenChannelsAreClosedShouldReportItForEventStream(Transport transport) {
		this.node.channel("a");
		connect(transport, Cursor.LATEST, "a");
		this.node.channel("a").close().block(TestNode.TIMEOUT);
		run();
		// A WebSocket could listen to other channels.
		assertThat(events(transport)).last()
			.isEqualTo("ended " + ((transport == Transport.SSE) ? EndReason.CHANNELS_CLOSED : EndReason.CLIENT_GONE));
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientDisconnectsShouldReportIt(Transport transport) {
		this.node.channel("a");
		connect(transport, Cursor.LATEST, "a").cancel();
		run();
		assertThat(events(transport)).containsExactly("connected", "subscribed [a]", "ended CLIENT_GONE");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenServiceEndsItShouldReportReason(Transport transport) {
		this.node.channel("a");
		connect(transport, Cursor.LATEST, "a");
		this.node.control.setTimeout(Duration.ofSeconds(5), true).block(TestNode.TIMEOUT);
		run();
		connect(transport, Cursor.LATEST, "a");
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		run();
		this.node.control.activate().block(TestNode.TIMEOUT);
		connect(transport, Cursor.LATEST, "a");
		this.subscriptions.shutDown();
		run();
		assertThat(events(transport)).filteredOn((event) -> event.startsWith("ended"))
			.containsExactly("ended KILLED", "ended DEACTIVATED", "ended SHUT_DOWN");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenRequestCannotBeReadShouldReportIt(Transport transport) {
		Disposable unread = this.subscriptions
			.open(new Dialect(transport, (message) -> 1), this.node.loop, Mono.never())
			.subscribe();
		unread.dispose();
		assertThat(events(transport)).containsExactly("connected", "ended NO_REQUEST");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenClientIsNotAdmittedShouldBeTheOnlyEvent(Transport transport) {
		this.subscriptions = subscriptions(null, new SubscriptionLimits(0, 100, 1000, Duration.ofSeconds(15)),
				this.listener);
		connect(transport, Cursor.LATEST, "a");
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		connect(transport, Cursor.LATEST, "a");
		this.subscriptions.shutDown();
		connect(transport, Cursor.LATEST, "a");
		assertThat(events(transport)).containsExactly("refused TOO_MANY_CONNECTIONS", "refused INACTIVE",
				"refused SHUTTING_DOWN");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenTooManyChannelsShouldEndClient(Transport transport) {
		String[] names = IntStream.range(0, 101).mapToObj((i) -> "a" + i).toArray(String[]::new);
		connect(transport, Cursor.LATEST, names);
		assertThat(events(transport)).containsExactly("connected", "refused TOO_MANY_CHANNELS", "ended REFUSED");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenNoChannelMayBeReadShouldEndClientUnlessWebSocket(Transport transport) {
		this.subscriptions = subscriptions((user, channel) -> Mono.just(false), TestNode.LIMITS, this.listener);
		Client client = connect(transport, Cursor.LATEST, "a");
		client.cancel();
		run();
		if (transport == Transport.WEBSOCKET) {
			assertThat(events(transport)).containsExactly("connected", "subscribed []",
					"channels refused {a=FORBIDDEN}", "ended CLIENT_GONE");
		}
		else {
			assertThat(events(transport)).containsExactly("connected", "refused FORBIDDEN", "ended REFUSED");
		}
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenDecisionTimesOutShouldBeCalledOnce(Transport transport) {
		this.subscriptions = subscriptions((user, channel) -> Mono.never(), TestNode.LIMITS, this.listener);
		connect(transport, Cursor.LATEST, "a");
		this.node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT);
		assertThat(events(transport)).containsExactly("connected", "refused UNDECIDED", "ended REFUSED");
	}

	@ParameterizedTest
	@EnumSource
	void channelsRefusedWhenOthersAreServedShouldBeCalledOnce(Transport transport) {
		this.subscriptions = subscriptions((user, channel) -> Mono.just(channel.equals("a")), TestNode.LIMITS,
				this.listener);
		this.node.channel("a");
		connect(transport, Cursor.LATEST, "a", "b");
		this.node.publish("a", "1");
		run();
		this.node.publish("a", "2");
		run();
		assertThat(events(transport)).filteredOn((event) -> event.startsWith("channels refused"))
			.containsExactly("channels refused {b=FORBIDDEN}");
	}

	@ParameterizedTest
	@EnumSource
	void gapWhenHistoryHasMovedOnShouldNameChannel(Transport transport) {
		this.node.channel("a");
		Cursor start = this.node.channel("a").cursor().block(TestNode.TIMEOUT);
		this.node.publish("a", "1", "2", "3");
		connect(transport, start, "a").cancel();
		run();
		assertThat(events(transport)).contains("gap a", "delivered 2");
	}

	@Test
	void endedWhenManyClientsConnectAndDisconnectShouldMatchConnected() {
		Random random = new Random(7);
		this.node.channel("a");
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			Transport transport = Transport.values()[random.nextInt(Transport.values().length)];
			switch (random.nextInt(6)) {
				case 0 -> clients.add(connect(transport, Batch::failed, Cursor.LATEST, "a"));
				case 1 -> this.node.publish("a", "1");
				case 2 -> this.node.time.advanceTimeBy(Duration.ofSeconds(random.nextInt(30)));
				case 3 -> this.node.control.setTimeout(Duration.ofSeconds(10), random.nextInt(10) == 0)
					.block(TestNode.TIMEOUT);
				default -> clients.add(connect(transport, Cursor.LATEST, "a", "b"));
			}
			if (!clients.isEmpty() && random.nextInt(4) == 0) {
				Client leaving = clients.get(random.nextInt(clients.size()));
				leaving.cancel();
				leaving.cancel();
			}
			run();
		}
		clients.forEach(Client::cancel);
		run();
		for (Transport transport : Transport.values()) {
			long connected = events(transport).stream().filter("connected"::equals).count();
			assertThat(events(transport).stream().filter((event) -> event.startsWith("ended")).count())
				.isEqualTo(connected)
				.isPositive();
			assertThat(this.subscriptions.connections(transport)).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientIsClosedTwiceShouldBeCalledOnce(Transport transport) {
		ConnectedClient connection = this.subscriptions.connect(new Dialect(transport, (message) -> 1), this.node.loop);
		connection.close();
		connection.close();
		assertThat(events(transport)).containsExactly("connected", "ended NO_REQUEST");
		assertThat(this.subscriptions.connections(transport)).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenClientConnectsAgainShouldNotBeCalledForFirstTime(Transport transport) {
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		assertThat(this.subscriptions.tryConnect(new Dialect(transport, (message) -> 1), this.node.loop, null))
			.isNull();
		assertThat(events(transport)).isEmpty();
	}

	@Test
	void listenerWhenAnotherThrowsShouldReceiveAllEvents() {
		SubscriptionListener broken = (SubscriptionListener) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { SubscriptionListener.class }, (proxy, method, args) -> {
					throw new LinkageError("Broken");
				});
		this.subscriptions = subscriptions(null, TestNode.LIMITS, broken, this.listener);
		this.node.channel("a");
		Client client = connect(Transport.LEGACY, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		run();
		assertThat(client.batches).hasSize(1);
		assertThat(events(Transport.LEGACY)).containsExactly("connected", "subscribed [a]", "ended ANSWERED",
				"delivered 1");
		assertThat(this.subscriptions.connections(Transport.LEGACY)).isZero();
		// In one line, not in four
		assertThat(log.ownMessages()).filteredOn((line) -> line.contains("A listener to subscriptions failed"))
			.singleElement()
			.asString()
			.contains("java.lang.LinkageError");
	}

	private List<String> events(Transport transport) {
		return this.listener.events.stream()
			.filter((event) -> event.startsWith(transport.id() + " "))
			.map((event) -> event.substring(transport.id().length() + 1))
			.toList();
	}

	private void run() {
		this.node.time.advanceTime();
	}

	private Client connect(Transport transport, Cursor cursor, String... channels) {
		return connect(transport, new Client(Batch::written, false), cursor, channels);
	}

	/**
	 * A client that disconnects after a failed write.
	 */
	private Client connect(Transport transport, Consumer<Batch> written, Cursor cursor, String... channels) {
		return connect(transport, new Client(written, true), cursor, channels);
	}

	private Client connect(Transport transport, Client client, Cursor cursor, String... channels) {
		SubscriptionRequest request = SubscriptionRequest.of(List.of(channels), cursor, null, Mono.empty());
		this.subscriptions.open(new Dialect(transport, (message) -> 1), this.node.loop, Mono.just(request))
			.subscribe(client);
		run();
		return client;
	}

	/**
	 * A client that requests the next batch when it has written one.
	 */
	private static final class Client extends BaseSubscriber<Batch> {

		private final List<Batch> batches = new ArrayList<>();

		private final Consumer<Batch> written;

		private final boolean leaving;

		/**
		 * Creates a client.
		 * @param written reports the result of a batch
		 * @param leaving whether the client disconnects after that
		 */
		Client(Consumer<Batch> written, boolean leaving) {
			this.written = written;
			this.leaving = leaving;
		}

		@Override
		protected void hookOnSubscribe(Subscription subscription) {
			request(1);
		}

		@Override
		protected void hookOnNext(Batch batch) {
			this.batches.add(batch);
			if (batch.segments().isEmpty()) {
				// The first batch, or a heartbeat
				request(1);
				return;
			}
			this.written.accept(batch);
			if (this.leaving) {
				cancel();
			}
			request(1);
		}

		@Override
		protected void hookOnError(Throwable error) {
			// As the listener is called
		}

	}

}
