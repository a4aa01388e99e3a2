package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.SetsFastPath;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An operator disconnects one user, or revokes one channel, on all transports, and all
 * other clients go on.
 */
@SetsFastPath
class DisconnectIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Class<?>[] CONFIGURATION = { NamedUsers.class };

	private final List<RawConnection> clients = new ArrayList<>();

	private CometServer server;

	@AfterEach
	void stop() {
		this.clients.forEach(RawConnection::close);
		this.server.close();
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void disconnectShouldEndAllClientsOfTheUser(boolean fastPath) {
		this.server = CometServer.start(CONFIGURATION, "comet.fast-path=" + fastPath);
		assertDisconnects();
	}

	@Test
	void disconnectWhenThereAreTwoNodesShouldEndTheClientsOnBoth() {
		this.server = CometServer.startTwoNodes(CONFIGURATION);
		assertDisconnects();
		// The next client comes to the other node.
		client();
		assertDisconnects();
	}

	private void assertDisconnects() {
		Channel channel = channel();
		Clients ada = new Clients("ada");
		Clients more = new Clients("ada");
		Clients bob = new Clients("bob");
		Await.until(() -> channel.subscribers() == 12);
		assertThat(this.server.command("/disconnect/ada").status()).isEqualTo(200);
		ada.assertExpired();
		more.assertExpired();
		Await.until(() -> channel.subscribers() == 4);
		bob.assertServed(channel);
		// Whoever logs in again is served.
		Clients again = new Clients("ada");
		Await.until(() -> channel.subscribers() == 4);
		again.assertServed(channel);
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void revokeShouldEndTheClientsThatReadTheChannel(boolean fastPath) {
		this.server = CometServer.start(CONFIGURATION, "comet.fast-path=" + fastPath);
		Channel channel = channel();
		Channel other = this.server.create("other");
		Clients ada = new Clients("ada");
		Clients bob = new Clients("bob");
		RawEventStream without = RawEventStream.open(client(), "channel=other", NamedUsers.header("ada"));
		Await.until(() -> channel.subscribers() == 8 && other.subscribers() == 1);
		this.server.control().revoke("c", "ada").block(PATIENCE);
		ada.assertExpired();
		bob.assertServed(channel);
		other.publish("m").block(PATIENCE);
		assertThat(without.message().data()).contains("m");
	}

	private Channel channel() {
		return this.server.channels().find("c").blockOptional(PATIENCE).orElseGet(() -> this.server.create("c"));
	}

	private RawConnection poll(String user) {
		return client().poll("registration=c", NamedUsers.header(user));
	}

	private RawConnection client() {
		RawConnection client = RawConnection.open(this.server.port());
		this.clients.add(client);
		return client;
	}

	/**
	 * A client of each dialect, all of one user.
	 */
	private final class Clients {

		private final RawConnection legacy;

		private final RawConnection json;

		private final RawEventStream stream;

		private final RawWebSocket socket;

		private Clients(String user) {
			this.legacy = poll(user);
			this.json = client().request("POST", "/comet", "application/json", JsonPollClient.request(null, null, "c"),
					NamedUsers.header(user));
			this.stream = RawEventStream.open(client(), "channel=c", NamedUsers.header(user));
			this.socket = RawWebSocket.open(client(), NamedUsers.header(user)).send("{\"subscribe\":[\"c\"]}");
			assertThat(this.socket.text()).contains("cursor");
		}

		private void assertExpired() {
			assertThat(this.legacy.read().header("Comet-Cursor")).isNotNull();
			assertThat(JsonPollClient.assertProblem(this.json.read(), 401).get("cursor").stringValue()).isNotEmpty();
			assertThat(this.stream.message().name()).isEqualTo("expired");
			assertThat(this.stream.nextMessage()).isNull();
			assertThat(this.socket.text()).isEqualTo("close 4401");
		}

		private void assertServed(Channel channel) {
			channel.publish("m").block(PATIENCE);
			assertThat(this.legacy.read().body()).isEqualTo("c:m");
			assertThat(this.json.read().body()).contains("\"m\"");
			assertThat(this.stream.message().data()).contains("\"m\"");
			assertThat(this.socket.text()).contains("\"m\"");
			Stream.of(this.stream.connection(), this.socket.connection()).forEach(RawConnection::close);
			Await.until(() -> channel.subscribers() == 0);
		}

	}

}
