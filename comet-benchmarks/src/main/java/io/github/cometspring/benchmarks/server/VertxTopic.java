package io.github.cometspring.benchmarks.server;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.ServerWebSocket;

/**
 * A channel of the Vert.x server: the polls that wait, the streams, and the last message.
 * For use on the one event loop only.
 */
final class VertxTopic {

	private final Set<HttpServerResponse> streams = new LinkedHashSet<>();

	private final Set<ServerWebSocket> sockets = new LinkedHashSet<>();

	private List<HttpServerResponse> polls = new ArrayList<>();

	private long newest;

	private Buffer last = Buffer.buffer();

	void poll(HttpServerResponse client, long after) {
		if (after > 0 && after < this.newest) {
			end(client);
		}
		else {
			this.polls.add(client);
		}
	}

	private void end(HttpServerResponse client) {
		client.putHeader("Content-Type", "text/plain;charset=UTF-8")
			.putHeader("Cache-Control", "no-store")
			.putHeader("X-Pos", String.valueOf(this.newest))
			.end(this.last);
	}

	void stream(HttpServerResponse client) {
		client.closeHandler((closed) -> this.streams.remove(client));
		this.streams.add(client);
		// The head goes out with the first bytes
		client.setChunked(true)
			.putHeader("Content-Type", "text/event-stream")
			.putHeader("Cache-Control", "no-store")
			.write(": open\n\n");
	}

	void socket(ServerWebSocket client) {
		client.closeHandler((closed) -> this.sockets.remove(client));
		this.sockets.add(client);
	}

	void publish(Buffer data) {
		this.newest++;
		this.last = data;
		List<HttpServerResponse> waiting = this.polls;
		this.polls = new ArrayList<>(waiting.size());
		for (HttpServerResponse client : waiting) {
			if (!client.closed()) {
				end(client);
			}
		}
		String text = data.toString();
		Buffer event = Buffer.buffer("id: " + this.newest + "\ndata: " + text + "\n\n");
		for (HttpServerResponse client : this.streams) {
			client.write(event);
		}
		String message = "{\"cursor\":\"" + this.newest + "\",\"data\":\"" + text + "\"}";
		for (ServerWebSocket client : this.sockets) {
			client.writeTextMessage(message);
		}
	}

}
