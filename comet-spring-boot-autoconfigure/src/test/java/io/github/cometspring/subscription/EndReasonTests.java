package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.ObservedNode.Client;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests that a {@link SubscriptionListener} learns of the end of each client once, and
 * with its {@link EndReason}.
 */
class EndReasonTests {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private final ObservedNode observed = new ObservedNode();

	private final TestNode node = this.observed.node;

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" })
	void endedWhenPollIsAnsweredOrTimesOutShouldReportWhich(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		this.observed.run();
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.time.advanceTimeBy(TestNode.TIMEOUT);
		assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed [a]", "ended ANSWERED",
				"delivered 1", "connected", "subscribed [a]", "ended TIMED_OUT");
	}

	@ParameterizedTest
	@EnumSource(names = { "SSE", "WEBSOCKET" })
	void endedWhenChannelsAreClosedShouldReportItForEventStream(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.channel("a").close().block(TestNode.TIMEOUT);
		this.observed.run();
		// A WebSocket could listen to other channels.
		assertThat(this.observed.events(transport)).last()
			.isEqualTo("ended " + ((transport == Transport.SSE) ? EndReason.CHANNELS_CLOSED : EndReason.CLIENT_GONE));
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientDisconnectsShouldReportIt(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, Cursor.LATEST, "a").cancel();
		this.observed.run();
		assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed [a]", "ended CLIENT_GONE");
	}

	@ParameterizedTest
	@EnumSource
	void deliveredWhenWriteFailsShouldNotBeCalled(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, Batch::failed, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		this.observed.run();
		assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed [a]",
				"ended WRITE_FAILED");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientStallsShouldReportWriteTimeout(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, (batch) -> {
			batch.timedOut();
			batch.failed();
		}, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		this.observed.run();
		assertThat(this.observed.events(transport)).last().isEqualTo("ended WRITE_TIMED_OUT");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenServiceEndsItShouldReportReason(Transport transport) {
		this.node.channel("a");
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.control.setTimeout(Duration.ofSeconds(5), true).block(TestNode.TIMEOUT);
		this.observed.run();
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		this.observed.run();
		this.node.control.activate().block(TestNode.TIMEOUT);
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.observed.subscriptions().shutDown();
		this.observed.run();
		assertThat(this.observed.events(transport)).filteredOn((event) -> event.startsWith("ended"))
			.containsExactly("ended KILLED", "ended DEACTIVATED", "ended SHUT_DOWN");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenRequestCannotBeReadShouldReportIt(Transport transport) {
		Disposable unread = this.observed.subscriptions()
			.open(ObservedNode.dialect(transport), this.node.loop, Mono.never())
			.subscribe();
		unread.dispose();
		assertThat(this.observed.events(transport)).containsExactly("connected", "ended NO_REQUEST");
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenClientIsClosedTwiceShouldBeCalledOnce(Transport transport) {
		ConnectedClient connection = this.observed.subscriptions()
			.connect(ObservedNode.dialect(transport), this.node.loop);
		connection.close();
		connection.close();
		assertThat(this.observed.events(transport)).containsExactly("connected", "ended NO_REQUEST");
		assertThat(this.observed.subscriptions().connections(transport)).isZero();
	}

	@Test
	void endedWhenManyClientsConnectAndDisconnectShouldMatchConnected() {
		Random random = new Random(7);
		this.node.channel("a");
		List<Client> clients = new ArrayList<>();
		for (int i = 0; i < 500; i++) {
			Transport transport = Transport.values()[random.nextInt(Transport.values().length)];
			switch (random.nextInt(6)) {
				case 0 -> clients.add(this.observed.connect(transport, Batch::failed, Cursor.LATEST, "a"));
				case 1 -> this.node.publish("a", "1");
				case 2 -> this.node.time.advanceTimeBy(Duration.ofSeconds(random.nextInt(30)));
				case 3 -> this.node.control.setTimeout(Duration.ofSeconds(10), random.nextInt(10) == 0)
					.block(TestNode.TIMEOUT);
				default -> clients.add(this.observed.connect(transport, Cursor.LATEST, "a", "b"));
			}
			if (!clients.isEmpty() && random.nextInt(4) == 0) {
				Client leaving = clients.get(random.nextInt(clients.size()));
				leaving.cancel();
				leaving.cancel();
			}
			this.observed.run();
		}
		clients.forEach(Client::cancel);
		this.observed.run();
		for (Transport transport : Transport.values()) {
			long connected = this.observed.events(transport).stream().filter("connected"::equals).count();
			assertThat(this.observed.events(transport).stream().filter((event) -> event.startsWith("ended")).count())
				.isEqualTo(connected)
				.isPositive();
			assertThat(this.observed.subscriptions().connections(transport)).isZero();
		}
	}

}
