package io.github.cometspring.protocol;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * One poll of the original server, as it was recorded.
 */
record GoldenTranscript(JsonNode json) {

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	static List<GoldenTranscript> all() {
		InputStream resource = GoldenTranscript.class.getResourceAsStream("/golden/requests.jsonl");
		try (BufferedReader reader = new BufferedReader(new InputStreamReader(resource, StandardCharsets.UTF_8))) {
			return reader.lines().map(MAPPER::readTree).map(GoldenTranscript::new).toList();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String name() {
		return this.json.get("name").asString();
	}

	/** The topic of the case: the first word of its name. */
	String topic() {
		return name().split("-", 2)[0];
	}

	String contentType() {
		return this.json.at("/request/content_type").asString();
	}

	byte[] requestBody() {
		return HexFormat.of().parseHex(this.json.at("/request/body_hex").asString());
	}

	int status() {
		return this.json.at("/response/status").asInt();
	}

	byte[] responseBody() {
		return HexFormat.of().parseHex(this.json.at("/response/body_hex").asString());
	}

	/** Whether the original broke its own rule that entries are joined by LF. */
	boolean isMisjoined() {
		return this.json.has("documented_rule_broken");
	}

	boolean isHeld() {
		return this.json.get("waited").asBoolean();
	}

	Stream<String> channelsListenedTo() {
		return this.json.get("listeners_while_waiting")
			.propertyStream()
			.filter((channel) -> channel.getValue().asInt(0) > 0)
			.map((channel) -> channel.getKey());
	}

	List<LegacyEntry> written() {
		return this.json.get("writes")
			.valueStream()
			.map((write) -> LegacyEntry.message(write.get("channel").asString(), write.get("message").asString()))
			.toList();
	}

	@Override
	public String toString() {
		return name();
	}

}
