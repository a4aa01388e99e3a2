package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.Memory;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.SmallBuffers;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The memory of stalled clients that are not disconnected yet: they have no queue
 * (protocol, section 6).
 */
@OneNodeOnly("Measures the memory of one server")
class StalledMemoryIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final long MEGABYTE = 1024 * 1024;

	private static final int CLIENTS = 50;

	private static final int HISTORY = 20;

	private static final String MESSAGE = "x".repeat(60_000);

	// 120 MB, a hundred times the history
	private static final int MESSAGES = 2_000;

	// For each client at a position of its own: a batch of 64 KB as messages, as JSON, as
	// written bytes and in a buffer, and half as much again for the rest
	private static final long MOST = CLIENTS * 6 * 64 * 1024;

	// A hundred messages, once for all clients together
	private static final long FLAT = 6 * MEGABYTE;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@EnumSource(value = Transport.class, names = { "SSE", "WEBSOCKET" })
	void clientsWhenTheyDoNotReadShouldCostNoMoreThanABatch(Transport transport) throws Exception {
		try (CometServer server = CometServer.start(new Class<?>[] { SmallBuffers.class }, "comet.write-timeout=10m",
				"comet.heartbeat=1m")) {
			Channel channel = Objects.requireNonNull(
					server.channels().create("a", ChannelSettings.DEFAULT.withHistorySize(HISTORY)).block(PATIENCE));
			publish(channel, 2 * HISTORY);
			StalledClient.of(transport, server.port(), "a").close();
			Await.until(() -> channel.subscribers() == 0);
			Memory idle = Memory.inUse();
			List<StalledClient> clients = new ArrayList<>();
			for (int i = 0; i < CLIENTS; i++) {
				clients.add(StalledClient.of(transport, server.port(), "a"));
			}
			publish(channel, 5 * HISTORY);
			Memory stalled = Memory.inUse();
			publish(channel, MESSAGES);
			Memory after = Memory.inUse();
			System.out.printf("%d stalled clients (%s): %s more; after 120 MB more: %s more%n", CLIENTS, transport,
					stalled.since(idle), after.since(stalled));
			assertThat(channel.subscribers()).isEqualTo(CLIENTS);
			assertThat(stalled.since(idle).growth()).isLessThan(MOST);
			assertThat(after.since(stalled).growth()).isLessThan(FLAT);
			for (StalledClient client : clients) {
				client.close();
			}
		}
	}

	private static void publish(Channel channel, int count) {
		for (int i = 0; i < count; i++) {
			channel.publish(i + MESSAGE).block(PATIENCE);
		}
	}

}
