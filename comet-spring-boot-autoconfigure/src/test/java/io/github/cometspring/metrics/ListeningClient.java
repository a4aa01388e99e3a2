package io.github.cometspring.metrics;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of one channel.
 *
 * @param connection its connection
 * @param events its event stream, or {@code null}
 * @param socket its WebSocket, or {@code null}
 */
record ListeningClient(RawConnection connection, @Nullable RawEventStream events,
		@Nullable RawWebSocket socket) implements AutoCloseable {

	static ListeningClient open(CometServer server, Transport transport, String channel) {
		RawConnection connection = RawConnection.open(server.port());
		return switch (transport) {
			case LEGACY -> new ListeningClient(connection.poll("registration=" + channel), null, null);
			case JSON -> new ListeningClient(
					connection.request("POST", "/comet", "application/json", "{\"channels\":[\"" + channel + "\"]}"),
					null, null);
			case SSE -> new ListeningClient(connection, RawEventStream.open(connection, "channel=" + channel), null);
			case WEBSOCKET -> {
				RawWebSocket socket = RawWebSocket.open(connection);
				socket.send("{\"subscribe\":[\"" + channel + "\"]}");
				assertThat(socket.text()).contains("cursor");
				yield new ListeningClient(connection, null, socket);
			}
		};
	}

	void readMessage(String text) {
		if (this.events != null) {
			assertThat(this.events.message().data()).contains(text);
		}
		else if (this.socket != null) {
			assertThat(this.socket.text()).contains(text);
		}
		else {
			assertThat(this.connection.read().body()).contains(text);
		}
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
