package io.github.cometspring.failures;

import java.util.List;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A channel whose messages cannot be read, or make the codecs fail, ends its own clients,
 * which can try again, and no others.
 */
class BrokenChannelIT {

	@AfterEach
	void repair() {
		BrokenChannels.setBroken(false);
	}

	static Stream<Arguments> setups() {
		return Stream.of(true, false)
			.flatMap((fastPath) -> BrokenChannels.NAMES.stream().map((name) -> Arguments.of(fastPath, name)));
	}

	@ParameterizedTest
	@MethodSource("setups")
	void clientsWhenTheirChannelBreaksShouldEndAndLeaveOthersAlone(boolean fastPath, String name) {
		try (FailedNode node = FailedNode.start(BrokenChannels.class, "comet.fast-path=" + fastPath)) {
			Channel bad = node.create(name);
			boolean atStart = name.equals(BrokenChannels.UNHEARD) || name.equals(BrokenChannels.UNFOUND);
			BrokenChannels.setBroken(atStart);
			for (Transport transport : Transport.values()) {
				try (RawConnection client = RawConnection.open(node.port())) {
					RawWebSocket socket = ask(client, transport, name);
					if (!atStart) {
						Await.until(() -> bad.subscribers() == 1);
						BrokenChannels.setBroken(true);
						FailedNode.publish(bad, "m");
					}
					// A stream may have begun, or not.
					assertThat(end(client, transport, socket)).as("%s", transport)
						.matches((transport == Transport.WEBSOCKET) ? "close 1013"
								: (transport == Transport.SSE) ? "200|500" : "500");
					node.onlySteadyShouldBeLeft();
					node.steadyShouldBeServed(2);
					BrokenChannels.setBroken(atStart);
				}
			}
			BrokenChannels.setBroken(false);
			FailedNode.publish(bad, "again");
			for (SteadyClient client : SteadyClient.listenToAll(node.port(), Cursor.EARLIEST.token(), name)) {
				List<String> expected = atStart ? List.of("again") : List.of("m", "m", "m", "m", "again");
				assertThat(client.read(expected.size())).as("%s", client).isEqualTo(expected);
				client.close();
			}
		}
	}

	/**
	 * Asks for a channel.
	 * @return the socket, if it is one
	 */
	private static @Nullable RawWebSocket ask(RawConnection client, Transport transport, String channel) {
		switch (transport) {
			case LEGACY -> client.poll("registration=" + channel);
			case JSON -> client.request("POST", "/comet", "application/json", "{\"channels\":[\"" + channel + "\"]}");
			case SSE -> client.request("GET", "/comet?channel=" + channel, null, "", "Accept: text/event-stream");
			case WEBSOCKET -> {
				return RawWebSocket.open(client).send("{\"subscribe\":[\"" + channel + "\"]}");
			}
		}
		return null;
	}

	/**
	 * How the server ends the client.
	 */
	private static String end(RawConnection client, Transport transport, @Nullable RawWebSocket socket) {
		if (socket != null) {
			return "close " + socket.closeCode();
		}
		if (transport != Transport.SSE) {
			return String.valueOf(client.read().status());
		}
		RawConnection.Answer head = client.readWithoutBody();
		for (byte[] chunk = new byte[0]; head.status() == 200 && chunk != null;) {
			chunk = client.readChunk();
		}
		return String.valueOf(head.status());
	}

}
