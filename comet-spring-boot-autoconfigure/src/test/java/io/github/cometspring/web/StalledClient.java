package io.github.cometspring.web;

import java.util.Objects;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import tools.jackson.databind.json.JsonMapper;

/**
 * A client of a stream that reads the starting cursor and nothing after it.
 *
 * @param connection its connection
 * @param cursor its starting cursor
 */
record StalledClient(RawConnection connection, String cursor) implements AutoCloseable {

	private static final int RECEIVE_BUFFER = 4096;

	/**
	 * Starts to listen.
	 * @param transport SSE or WEBSOCKET
	 * @param port the port of the server
	 * @param channel the id of the channel
	 * @return the client
	 */
	static StalledClient of(Transport transport, int port, String channel) {
		RawConnection connection = RawConnection.open(port, RECEIVE_BUFFER);
		if (transport == Transport.SSE) {
			RawEventStream stream = RawEventStream.open(connection, "channel=" + channel);
			return new StalledClient(connection, Objects.requireNonNull(Objects.requireNonNull(stream.next()).id()));
		}
		RawWebSocket socket = RawWebSocket.open(connection);
		String greeting = socket.send("{\"subscribe\":[\"" + channel + "\"]}").text();
		return new StalledClient(connection, new JsonMapper().readTree(greeting).get("cursor").stringValue());
	}

	/**
	 * Reads some bytes.
	 * @param bytes the number of bytes
	 * @return whether there were as many
	 */
	boolean read(int bytes) {
		return this.connection.readBytes(bytes).length == bytes;
	}

	@Override
	public void close() {
		this.connection.close();
	}

}
