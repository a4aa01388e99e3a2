package io.github.cometspring.web;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.subscription.EndReason;
import io.github.cometspring.subscription.SubscriptionListener;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The events of clients that the listeners of an application receive from a server.
 */
class SubscriptionListenerIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog("io.github.cometspring.subscription.SubscriptionListener");

	private static final Recorder recorder = new Recorder();

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Listeners.class }, "comet.timeout=30s");
		server.create("headlines");
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@BeforeEach
	void forget() {
		recorder.events.clear();
		server.control().activate().block();
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenMessageIsDeliveredShouldBeReportedInOrder(Transport transport) {
		try (Client client = Client.open(transport)) {
			awaitEvents(transport, "connected", "subscribed [headlines]");
			server.channels().find("headlines").flatMap((channel) -> channel.publish("m")).block();
			client.readMessage();
			if (transport.isPolling()) {
				// The messages of a walk are reported at its end.
				Await.until(() -> events(transport).size() == 4);
				assertThat(events(transport)).containsExactlyInAnyOrder("connected", "subscribed [headlines]",
						"delivered 1", "ended ANSWERED");
			}
			else {
				awaitEvents(transport, "connected", "subscribed [headlines]", "delivered 1");
				client.leave();
				awaitEvents(transport, "connected", "subscribed [headlines]", "delivered 1", "ended CLIENT_GONE");
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenClientLeavesShouldReportIt(Transport transport) {
		Client client = Client.open(transport);
		awaitEvents(transport, "connected", "subscribed [headlines]");
		client.close();
		awaitEvents(transport, "connected", "subscribed [headlines]", "ended CLIENT_GONE");
	}

	@ParameterizedTest
	@EnumSource
	void eventsWhenServiceIsDeactivatedShouldReportIt(Transport transport) {
		Client client = Client.open(transport);
		awaitEvents(transport, "connected", "subscribed [headlines]");
		server.control().deactivate().block();
		awaitEvents(transport, "connected", "subscribed [headlines]", "ended DEACTIVATED");
		Client refused = Client.open(transport);
		Await.until(() -> events(transport).contains("refused INACTIVE"));
		if (transport.isPolling()) {
			assertThat(refused.connection().read().status()).isEqualTo(503);
		}
		refused.close();
		assertThat(events(transport)).filteredOn((event) -> event.startsWith("refused")).hasSize(1);
		client.close();
	}

	@Test
	void eventsWhenRequestCannotBeReadShouldPair() {
		assertThat(server.poll("x=y").status()).isEqualTo(400);
		Await.until(() -> count("connected") == count("ended NO_REQUEST") && count("connected") > 0);
		assertThat(events(Transport.LEGACY)).doesNotContain("subscribed [headlines]");
	}

	private static long count(String event) {
		return events(Transport.LEGACY).stream().filter(event::equals).count();
	}

	private static void awaitEvents(Transport transport, String... events) {
		try {
			Await.until(() -> events(transport).size() >= events.length);
		}
		finally {
			assertThat(events(transport)).containsExactly(events);
		}
	}

	/**
	 * The events without the first subscription of a WebSocket, which has no channels.
	 */
	private static List<String> events(Transport transport) {
		String prefix = transport.id() + " ";
		return recorder.events.stream()
			.filter((event) -> event.startsWith(prefix) && !event.endsWith("subscribed []"))
			.map((event) -> event.substring(prefix.length()))
			.toList();
	}

	/**
	 * A client of one channel.
	 *
	 * @param connection its connection
	 * @param events its event stream, or {@code null}
	 * @param socket its WebSocket, or {@code null}
	 */
	private record Client(RawConnection connection, @Nullable RawEventStream events,
			@Nullable RawWebSocket socket) implements AutoCloseable {

		static Client open(Transport transport) {
			RawConnection connection = RawConnection.open(server.port());
			switch (transport) {
				case LEGACY -> connection.poll("registration=headlines");
				case JSON -> connection.request("POST", "/comet", "application/json", "{\"channels\":[\"headlines\"]}");
				case SSE -> {
					return new Client(connection, RawEventStream.open(connection, "channel=headlines"), null);
				}
				case WEBSOCKET -> {
					if (!server.control().isActive()) {
						RawWebSocket.handshake(connection);
						return new Client(connection, null, null);
					}
					RawWebSocket socket = RawWebSocket.open(connection);
					socket.send("{\"subscribe\":[\"headlines\"]}");
					assertThat(socket.text()).contains("cursor");
					return new Client(connection, null, socket);
				}
			}
			return new Client(connection, null, null);
		}

		void readMessage() {
			if (this.events != null) {
				assertThat(this.events.message().data()).contains("\"m\"");
			}
			else if (this.socket != null) {
				assertThat(this.socket.text()).contains("\"m\"");
			}
			else {
				assertThat(this.connection.read().body()).contains("m");
			}
		}

		void leave() {
			this.connection.close();
		}

		@Override
		public void close() {
			leave();
		}

	}

	private static final class Recorder implements SubscriptionListener {

		private final List<String> events = new CopyOnWriteArrayList<>();

		@Override
		public void connected(Transport transport) {
			this.events.add(transport.id() + " connected");
		}

		@Override
		public void subscribed(Transport transport, Set<String> channels) {
			this.events.add(transport.id() + " subscribed " + channels);
		}

		@Override
		public void delivered(Transport transport, long messages) {
			this.events.add(transport.id() + " delivered " + messages);
		}

		@Override
		public void refused(Transport transport, SubscriptionRejectedException.Reason reason) {
			this.events.add(transport.id() + " refused " + reason);
		}

		@Override
		public void ended(Transport transport, EndReason reason) {
			this.events.add(transport.id() + " ended " + reason);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Listeners {

		@Bean
		SubscriptionListener recorder() {
			return recorder;
		}

		@Bean
		SubscriptionListener broken() {
			return new SubscriptionListener() {

				@Override
				public void connected(Transport transport) {
					throw new IllegalStateException("Broken");
				}

			};
		}

	}

}
