package io.github.cometspring.test;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.protocol.LegacyEntry;
import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Long polling in the legacy dialect (protocol, section 2). It cannot ask for a cursor
 * without waiting, so a connection begins with a JSON poll that does.
 */
final class LegacyPollWire implements Wire {

	private final WebClient webClient;

	private final String path;

	private final JsonPollWire json;

	LegacyPollWire(WebClient webClient, String path) {
		this.webClient = webClient;
		this.path = path;
		this.json = new JsonPollWire(webClient, path);
	}

	@Override
	public Mono<Void> run(Reception.Link link) {
		return this.json.admit(link).then(JsonPollWire.repeat(Mono.defer(() -> poll(link)), link));
	}

	private Mono<Boolean> poll(Reception.Link link) {
		String registration = link.channels()
			.stream()
			.map((channel) -> URLEncoder.encode(channel, StandardCharsets.UTF_8))
			.collect(Collectors.joining("%0A"));
		return this.webClient.post()
			.uri((builder) -> builder.path(this.path).build())
			.contentType(MediaType.parseMediaType(LegacyCodec.MEDIA_TYPE))
			.header("Comet-Cursor", link.cursor().token())
			.bodyValue(("registration=" + registration).getBytes(StandardCharsets.US_ASCII))
			.exchangeToMono(LegacyPollWire::answer)
			.map((answer) -> read(answer, link));
	}

	private static Mono<ResponseEntity<byte[]>> answer(ClientResponse response) {
		return (response.statusCode().value() == 200) ? response.toEntity(byte[].class) : Refusals.fail(response);
	}

	private static boolean read(ResponseEntity<byte[]> answer, Reception.Link link) {
		List<String> gaps = ids(answer.getHeaders(), "Comet-Gap");
		ids(answer.getHeaders(), "Comet-Refused").forEach(link::refuse);
		gaps.forEach(link::gap);
		byte @Nullable [] body = answer.getBody();
		List<LegacyEntry> entries = (body != null) ? LegacyCodec.decodeEntries(body) : List.of();
		@Nullable String cursor = answer.getHeaders().getFirst("Comet-Cursor");
		if (cursor != null) {
			link.moveTo(ServerMessage.parseCursor(cursor));
		}
		for (LegacyEntry entry : entries) {
			if (entry.data() != null) {
				link.message(entry.channel(), JsonMapper.shared().writeValueAsString(entry.data()));
			}
			else {
				link.end(entry.channel());
			}
		}
		return entries.isEmpty() && gaps.isEmpty();
	}

	private static List<String> ids(HttpHeaders headers, String name) {
		return headers.getOrEmpty(name)
			.stream()
			.flatMap((list) -> Stream.of(list.split(",")))
			.map((id) -> URLDecoder.decode(id.strip(), StandardCharsets.UTF_8))
			.toList();
	}

}
