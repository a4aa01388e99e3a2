package io.github.cometspring.subscription;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.ObservedNode.Client;
import io.github.cometspring.testing.QuietLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SubscriptionListener}: the events of clients of each transport that
 * are served or refused.
 */
class SubscriptionListenerTests {

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.Admission",
			"io.github.cometspring.subscription.RefusalLog", "io.github.cometspring.subscription.SubscriptionListener");

	private final ObservedNode observed = new ObservedNode();

	private final TestNode node = this.observed.node;

	@ParameterizedTest
	@EnumSource
	void eventsWhenMessageIsPublishedShouldArriveInOrder(Transport transport) {
		this.node.channel("a");
		Client client = this.observed.connect(transport, Cursor.LATEST, "a", "unheard");
		if (transport.isPolling()) {
			// An unknown channel has ended, which answers the poll.
			assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed [a]",
					"ended ANSWERED");
			return;
		}
		this.node.publish("a", "1");
		this.observed.run();
		client.cancel();
		this.observed.run();
		assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed [a]", "delivered 1",
				"ended CLIENT_GONE");
	}

	@ParameterizedTest
	@EnumSource
	void deliveredWhenManyListenShouldBeCalledOncePerWalk(Transport transport) {
		this.node.channel("a");
		for (int i = 0; i < 5; i++) {
			this.observed.connect(transport, Cursor.LATEST, "a");
		}
		this.node.publish("a", "1");
		this.observed.run();
		assertThat(this.observed.events(transport)).filteredOn((event) -> event.startsWith("delivered"))
			.containsExactly("delivered 5");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenClientIsNotAdmittedShouldBeTheOnlyEvent(Transport transport) {
		this.observed.limit(new SubscriptionLimits(0, 100, 1000, Duration.ofSeconds(15)));
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.observed.subscriptions().shutDown();
		this.observed.connect(transport, Cursor.LATEST, "a");
		assertThat(this.observed.events(transport)).containsExactly("refused TOO_MANY_CONNECTIONS", "refused INACTIVE",
				"refused SHUTTING_DOWN");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenTooManyChannelsShouldEndClient(Transport transport) {
		String[] names = IntStream.range(0, 101).mapToObj((i) -> "a" + i).toArray(String[]::new);
		this.observed.connect(transport, Cursor.LATEST, names);
		assertThat(this.observed.events(transport)).containsExactly("connected", "refused TOO_MANY_CHANNELS",
				"ended REFUSED");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenNoChannelMayBeReadShouldEndClientUnlessWebSocket(Transport transport) {
		this.observed.authorize((user, channel) -> Mono.just(false));
		Client client = this.observed.connect(transport, Cursor.LATEST, "a");
		client.cancel();
		this.observed.run();
		if (transport == Transport.WEBSOCKET) {
			assertThat(this.observed.events(transport)).containsExactly("connected", "subscribed []",
					"channels refused {a=FORBIDDEN}", "ended CLIENT_GONE");
		}
		else {
			assertThat(this.observed.events(transport)).containsExactly("connected", "refused FORBIDDEN",
					"ended REFUSED");
		}
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenDecisionTimesOutShouldBeCalledOnce(Transport transport) {
		this.observed.authorize((user, channel) -> Mono.never());
		this.observed.connect(transport, Cursor.LATEST, "a");
		this.node.time.advanceTimeBy(TestNode.AUTHORIZATION_TIMEOUT);
		assertThat(this.observed.events(transport)).containsExactly("connected", "refused UNDECIDED", "ended REFUSED");
	}

	@ParameterizedTest
	@EnumSource
	void channelsRefusedWhenOthersAreServedShouldBeCalledOnce(Transport transport) {
		this.observed.authorize((user, channel) -> Mono.just(channel.equals("a")));
		this.node.channel("a");
		this.observed.connect(transport, Cursor.LATEST, "a", "b");
		this.node.publish("a", "1");
		this.observed.run();
		this.node.publish("a", "2");
		this.observed.run();
		assertThat(this.observed.events(transport)).filteredOn((event) -> event.startsWith("channels refused"))
			.containsExactly("channels refused {b=FORBIDDEN}");
	}

	@ParameterizedTest
	@EnumSource
	void gapWhenHistoryHasMovedOnShouldNameChannel(Transport transport) {
		this.node.channel("a");
		Cursor start = this.node.channel("a").cursor().block(TestNode.TIMEOUT);
		this.node.publish("a", "1", "2", "3");
		this.observed.connect(transport, start, "a").cancel();
		this.observed.run();
		assertThat(this.observed.events(transport)).contains("gap a", "delivered 2");
	}

	@ParameterizedTest
	@EnumSource
	void refusedWhenClientConnectsAgainShouldNotBeCalledForFirstTime(Transport transport) {
		this.node.control.deactivate().block(TestNode.TIMEOUT);
		assertThat(this.observed.subscriptions().tryConnect(ObservedNode.dialect(transport), this.node.loop, null))
			.isNull();
		assertThat(this.observed.events(transport)).isEmpty();
	}

	@Test
	void listenerWhenAnotherThrowsShouldReceiveAllEvents() {
		SubscriptionListener broken = (SubscriptionListener) Proxy.newProxyInstance(getClass().getClassLoader(),
				new Class<?>[] { SubscriptionListener.class }, (proxy, method, args) -> {
					throw new LinkageError("Broken");
				});
		this.observed.listen(broken);
		this.node.channel("a");
		Client client = this.observed.connect(Transport.LEGACY, Cursor.LATEST, "a");
		this.node.publish("a", "1");
		this.observed.run();
		assertThat(client.batches).hasSize(1);
		assertThat(this.observed.events(Transport.LEGACY)).containsExactly("connected", "subscribed [a]",
				"ended ANSWERED", "delivered 1");
		assertThat(this.observed.subscriptions().connections(Transport.LEGACY)).isZero();
		// In one line, not in four
		assertThat(log.ownMessages()).filteredOn((line) -> line.contains("A listener to subscriptions failed"))
			.singleElement()
			.asString()
			.contains("java.lang.LinkageError");
	}

}
