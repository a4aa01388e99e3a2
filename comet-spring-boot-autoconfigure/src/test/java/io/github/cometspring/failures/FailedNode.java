package io.github.cometspring.failures;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server a part of which fails, and one steady client in each dialect on the channel
 * {@code good}, which must not notice. When it is closed, the steady clients must have
 * got all messages and nothing may be left over.
 */
final class FailedNode implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private final CometServer server;

	private final Channel good;

	private final List<SteadyClient> steady;

	private final List<Channel> channels = new ArrayList<>();

	private int published;

	private FailedNode(CometServer server) {
		this.server = server;
		this.good = create("good");
		this.steady = SteadyClient.listenToAll(server.port(), Cursor.EARLIEST.token(), "good");
		steadyShouldBeServed(1);
	}

	/**
	 * Starts a server and the steady clients.
	 * @param configuration configuration of what fails
	 * @param properties lines {@code name=value}
	 * @return the server
	 */
	static FailedNode start(Class<?> configuration, String... properties) {
		CometServer server = CometServer.start(new Class<?>[] { configuration }, properties);
		try {
			return new FailedNode(server);
		}
		catch (RuntimeException | Error ex) {
			server.close();
			throw ex;
		}
	}

	CometServer server() {
		return this.server;
	}

	int port() {
		return this.server.port();
	}

	Channel create(String name) {
		Channel channel = this.server.create(name);
		this.channels.add(channel);
		return channel;
	}

	static void publish(Channel channel, String data) {
		Objects.requireNonNull(channel.publish(data).block(PATIENCE));
	}

	/**
	 * Publishes on the channel of the steady clients, which have to get it.
	 * @param count the number of messages
	 */
	void steadyShouldBeServed(int count) {
		List<String> expected = IntStream.rangeClosed(this.published + 1, this.published + count)
			.mapToObj((number) -> "good-" + number)
			.toList();
		this.published += count;
		expected.forEach((data) -> publish(this.good, data));
		for (SteadyClient client : this.steady) {
			assertThat(client.read(count)).as("%s", client).isEqualTo(expected);
		}
	}

	/**
	 * Waits until only the steady clients are left, of which a poll may be between two
	 * requests.
	 */
	void onlySteadyShouldBeLeft() {
		for (Transport transport : Transport.values()) {
			Await.until(() -> this.server.connections(transport) == 1);
		}
		Await.until(() -> this.channels.stream()
			.allMatch((channel) -> channel.subscribers() == (channel.equals(this.good) ? this.steady.size() : 0)));
	}

	@Override
	public void close() {
		try {
			steadyShouldBeServed(3);
			this.steady.forEach(SteadyClient::close);
			Await.until(() -> Arrays.stream(Transport.values())
				.allMatch((transport) -> this.server.connections(transport) == 0));
			Await.until(() -> this.channels.stream().allMatch((channel) -> channel.subscribers() == 0));
		}
		finally {
			this.steady.forEach(SteadyClient::close);
			this.server.close();
		}
	}

}
