package io.github.cometspring.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a client gets that presents grants.
 *
 * @param served the channels of which it gets messages
 * @param refused the channels that it is told are refused
 */
record GrantAnswer(List<String> served, List<String> refused) {

	private static final JsonMapper JSON = new JsonMapper();

	/**
	 * Asks for channels from the earliest message on, each of which has one message.
	 */
	static GrantAnswer ask(CometServer server, Transport transport, List<String> channels, String... grants) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return switch (transport) {
				case LEGACY -> {
					Answer answer = client
						.poll("registration=" + String.join("%0A", channels), "Comet-Cursor: earliest",
								"Comet-Grant: " + String.join(",", grants))
						.read();
					assertThat(answer.status()).isIn(200, 403);
					yield new GrantAnswer(answer.body().lines().map((line) -> line.split(":")[0]).sorted().toList(),
							Stream.ofNullable(answer.header("Comet-Refused")).toList());
				}
				case JSON -> {
					Answer answer = client
						.request("POST", "/comet", "application/json", JSON
							.writeValueAsString(Map.of("channels", channels, "cursor", "earliest", "grants", grants)))
						.read();
					assertThat(answer.status()).isIn(200, 403);
					yield of(JSON.readTree(answer.body()));
				}
				case SSE -> events(server, client, channels, grants);
				case WEBSOCKET -> of(new JsonSocket(RawWebSocket.open(client)).exchange(JSON
					.writeValueAsString(Map.of("subscribe", channels, "cursor", "earliest", "grants", grants))));
			};
		}
	}

	private static GrantAnswer events(CometServer server, RawConnection client, List<String> channels,
			String... grants) {
		StringBuilder query = new StringBuilder("cursor=earliest");
		channels.forEach((id) -> query.append("&channel=").append(id));
		Stream.of(grants)
			.forEach((grant) -> query.append("&grant=").append(URLEncoder.encode(grant, StandardCharsets.UTF_8)));
		RawEventStream stream = RawEventStream.open(client, query.toString());
		if (stream.head().status() != 200) {
			Answer answer = RawEventStream.ask(server.port(), query.toString());
			assertThat(answer.status()).isEqualTo(403);
			return of(JSON.readTree(answer.body()));
		}
		TreeSet<String> served = new TreeSet<>();
		List<String> refused = new ArrayList<>();
		while (served.size() + refused.size() < channels.size()) {
			Event event = stream.message();
			String channel = JSON.readTree(event.data()).path("channel").stringValue();
			if (event.name().equals("refused")) {
				refused.add(channel);
			}
			else {
				served.add(channel);
			}
		}
		return new GrantAnswer(List.copyOf(served), refused);
	}

	static GrantAnswer served(String... channels) {
		return new GrantAnswer(List.of(channels), List.of());
	}

	static GrantAnswer refused(String channel, Transport transport) {
		// The legacy dialect refuses all channels with an empty answer.
		return new GrantAnswer(List.of(), (transport != Transport.LEGACY) ? List.of(channel) : List.of());
	}

	private static GrantAnswer of(JsonNode json) {
		TreeSet<String> served = new TreeSet<>();
		List<String> refused = new ArrayList<>();
		json.path("messages").forEach((message) -> served.add(message.path("channel").stringValue()));
		json.path("refused").forEach((channel) -> refused.add(channel.stringValue()));
		if (!refused.isEmpty()) {
			assertThat(json.path("why").stringValue()).isEqualTo("forbidden");
		}
		return new GrantAnswer(List.copyOf(served), refused);
	}

}
