package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.testing.RawWebSocket;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A WebSocket that speaks JSON.
 *
 * @param raw the socket
 */
record JsonSocket(RawWebSocket raw) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * Sends a text and reads the next text.
	 */
	JsonNode exchange(String text) {
		this.raw.send(text);
		return next();
	}

	JsonNode next() {
		return JSON.readTree(this.raw.text());
	}

	/**
	 * The data of the messages in a frame.
	 */
	static List<String> data(JsonNode batch) {
		List<String> data = new ArrayList<>();
		batch.path("messages").forEach((message) -> data.add(message.get("data").stringValue()));
		return data;
	}

}
