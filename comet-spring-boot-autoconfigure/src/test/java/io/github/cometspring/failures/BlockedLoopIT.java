package io.github.cometspring.failures;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.failures.TwoLoops.HangingListener;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An event loop that a component of the application blocks: the clients of the other
 * loops go on, and those of the blocked one lose nothing.
 */
class BlockedLoopIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	/** It is blocked at least so long, as a blocking call to another server may take. */
	private static final Duration BLOCKED = Duration.ofSeconds(2);

	private static final int EACH = 3;

	private static final int ROUND = 20;

	private static final int HISTORY = 50;

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void clientsWhenAnotherLoopIsBlockedShouldGoOn(boolean fastPath) {
		try (CometServer server = CometServer.start(new Class<?>[] { TwoLoops.class }, "comet.fast-path=" + fastPath)) {
			HangingListener listener = server.bean(HangingListener.class);
			Channel shared = server.channels()
				.create("shared", ChannelSettings.DEFAULT.withHistorySize(HISTORY))
				.blockOptional(PATIENCE)
				.orElseThrow();
			server.create(TwoLoops.HANG);
			List<SteadyClient> clients = new ArrayList<>();
			List<String> own = new ArrayList<>();
			for (int i = 0; i < EACH * Transport.values().length; i++) {
				own.add("own-" + i);
				server.create("own-" + i);
				clients.add(SteadyClient.listen(Transport.values()[i % Transport.values().length], server.port(),
						Cursor.EARLIEST.token(), "shared", "own-" + i));
				Await.until(() -> shared.subscribers() == clients.size());
				if (i % Transport.values().length == 0) {
					// The loops take connections in turn, and each shall have all
					// dialects.
					server.poll("registration=unknown");
				}
			}
			try (RawConnection hanging = RawConnection.open(server.port()).poll("registration=" + TwoLoops.HANG)) {
				Await.until(() -> listener.hanging() != null);
				long begun = System.nanoTime();
				List<SteadyClient> free = new ArrayList<>();
				List<SteadyClient> blocked = new ArrayList<>();
				for (int i = 0; i < clients.size(); i++) {
					(listener.loop(own.get(i)) == listener.hanging() ? blocked : free).add(clients.get(i));
				}
				assertThat(free).isNotEmpty();
				assertThat(blocked).isNotEmpty();
				List<String> first = publish(shared, 0, ROUND);
				free.forEach((client) -> assertThat(client.read(ROUND)).as("%s", client).isEqualTo(first));
				Await.until(() -> System.nanoTime() - begun > BLOCKED.toNanos());
				List<String> second = publish(shared, ROUND, ROUND);
				free.forEach((client) -> assertThat(client.read(ROUND)).as("%s", client).isEqualTo(second));
				listener.release();
				blocked.forEach((client) -> {
					assertThat(client.read(ROUND)).as("%s", client).isEqualTo(first);
					assertThat(client.read(ROUND)).as("%s", client).isEqualTo(second);
				});
				assertThat(hanging).isNotNull();
			}
			finally {
				listener.release();
				clients.forEach(SteadyClient::close);
			}
			Await.until(() -> Arrays.stream(Transport.values())
				.allMatch((transport) -> server.connections(transport) == 0));
			Await.until(() -> shared.subscribers() == 0);
		}
	}

	private static List<String> publish(Channel channel, int from, int count) {
		List<String> messages = IntStream.range(from, from + count).mapToObj((number) -> "m-" + number).toList();
		messages.forEach((data) -> channel.publish(data).block(PATIENCE));
		return messages;
	}

}
