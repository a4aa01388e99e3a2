package io.github.cometspring.test;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.protocol.LegacyEntry;
import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.reactive.function.client.ClientResponse;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Long polling in the legacy dialect (protocol, section 2). It cannot ask for a cursor
 * without waiting, so a connection begins with a JSON poll that does. Where the server
 * does not speak JSON, it begins with a poll that also names a channel that does not
 * exist: such a poll is answered at once.
 */
final class LegacyPollWire implements Wire {

	/**
	 * The answers of a server that does not speak JSON at this path.
	 */
	private static final Set<Integer> NO_JSON = Set.of(404, 405, 415);

	/**
	 * The time after which a first poll counts as held. It is held if the client may not
	 * read the channel that does not exist.
	 */
	private static final Duration HELD = Duration.ofSeconds(1);

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
		return this.json.admit(link)
			.onErrorResume(LegacyPollWire::isWithoutJson, (ex) -> admit(link))
			.then(JsonPollWire.repeat(Mono.defer(() -> poll(link, link.channels())), link));
	}

	private static boolean isWithoutJson(Throwable ex) {
		return ex instanceof RefusedException refused && NO_JSON.contains(refused.refusal().status());
	}

	private Mono<Void> admit(Reception.Link link) {
		List<String> channels = new ArrayList<>(link.channels());
		channels.add("none-" + UUID.randomUUID());
		return Mono
			.using(() -> Schedulers.parallel().schedule(link::admit, HELD.toMillis(), TimeUnit.MILLISECONDS),
					(held) -> poll(link, channels), Disposable::dispose)
			.then();
	}

	private Mono<Boolean> poll(Reception.Link link, List<String> channels) {
		String registration = channels.stream()
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
		List<String> refused = ids(answer.getHeaders(), "Comet-Refused");
		refused.forEach(link::refuse);
		if (link.isRefused()) {
			throw new RefusedException(CometRefusal.of(CometRefusal.Reason.FORBIDDEN, "", link.channels()));
		}
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
