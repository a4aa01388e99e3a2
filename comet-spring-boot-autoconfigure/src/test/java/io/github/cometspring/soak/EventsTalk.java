package io.github.cometspring.soak;

import java.util.List;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * An event stream.
 */
final class EventsTalk extends Talk {

	private static final int NONE = -1;

	private final Head head = new Head();

	private final StringBuilder text = new StringBuilder();

	/** The size of the chunk that arrives. */
	private int chunk = NONE;

	EventsTalk(Audience audience) {
		super(audience);
	}

	@Override
	void ask(Link link, List<String> channels, @Nullable String cursor, String headers) {
		link.send("GET /comet?channel=" + String.join("&channel=", channels)
				+ " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n"
				+ ((cursor != null) ? "Last-Event-ID: " + cursor + "\r\n" : "") + headers + "\r\n");
	}

	@Override
	void read(Link link, Inbox in) {
		if (!this.head.read(in)) {
			return;
		}
		if (this.head.status() != 200) {
			audience().over(this.head.status());
			return;
		}
		while (!link.isOver() && hasChunk(in)) {
			if (this.chunk == 0) {
				audience().over(this.head.status());
				return;
			}
			this.text.append(in.text(this.chunk));
			in.text(2);
			this.chunk = NONE;
			tellEvents();
		}
	}

	private boolean hasChunk(Inbox in) {
		if (this.chunk == NONE) {
			String line = in.line();
			if (line == null) {
				return false;
			}
			this.chunk = Integer.parseInt(line, 16);
		}
		return in.size() >= this.chunk + 2;
	}

	private void tellEvents() {
		int start = 0;
		for (int end = this.text.indexOf("\n\n"); end >= 0; end = this.text.indexOf("\n\n", start)) {
			tellEvent(this.text.substring(start, end));
			start = end + 2;
		}
		this.text.delete(0, start);
	}

	private void tellEvent(String event) {
		String id = null;
		String name = "message";
		String data = "";
		for (String line : event.split("\n")) {
			if (line.startsWith("id:")) {
				id = line.substring(3).strip();
			}
			else if (line.startsWith("event:")) {
				name = line.substring(6).strip();
			}
			else if (line.startsWith("data:")) {
				data = line.substring(5).strip();
			}
		}
		if (!name.equals("heartbeat")) {
			JsonNode json = parse(data);
			String channel = json.path("channel").asString();
			switch (name) {
				case "message" -> audience().message(channel, json.get("data").stringValue());
				case "gap" -> audience().gap(channel);
				case "ended" -> audience().ended(channel);
				case "expired" -> {
					// The stream ends, and the client shows what it has anew.
				}
				default -> audience().wrong(event);
			}
		}
		if (id != null) {
			audience().cursor(id);
		}
	}

}
