package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawEventStream.Event;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What refuses one channel leaves the others alone (protocol, section 8): in every
 * dialect, on every way to the client. One class, as four servers are started for it, one
 * for each way.
 */
@SetsFastPath
class RefusalIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<Way, CometServer> SERVERS = new EnumMap<>(Way.class);

	@BeforeAll
	static void start() {
		for (Way way : Way.values()) {
			Class<?>[] configuration = way.authorized ? new Class<?>[] { Secrets.class } : new Class<?>[0];
			CometServer server = CometServer.start(configuration, "comet.fast-path=" + way.fastPath,
					"comet.max-channels-per-request=5");
			SERVERS.put(way, server);
			Stream.of("open", "secret", "sécret").forEach((name) -> server.create(name).publish("m").block(PATIENCE));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	static Stream<Arguments> everywhere() {
		return Arrays.stream(Way.values()).flatMap(RefusalIT::onEveryTransport);
	}

	static Stream<Arguments> withAuthorizer() {
		return Stream.of(Way.AUTHORIZED, Way.AUTHORIZED_ORDINARY).flatMap(RefusalIT::onEveryTransport);
	}

	private static Stream<Arguments> onEveryTransport(Way way) {
		return Arrays.stream(Transport.values()).map((transport) -> Arguments.of(way, transport));
	}

	/**
	 * All but the legacy dialect, which has one cursor for all channels.
	 */
	static Stream<Arguments> withCursors() {
		return everywhere().filter((arguments) -> arguments.get()[1] != Transport.LEGACY);
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void listenWhenOneChannelIsForbiddenShouldServeTheOthersAndNameIt(Way way, Transport transport) {
		for (String forbidden : new String[] { "secret", "secret-unknown" }) {
			Told told = ask(way, transport, List.of(forbidden, "open"), List.of());
			assertThat(told.status).isEqualTo(200);
			assertThat(told.data).containsExactly("m");
			assertThat(told.refused).containsExactly(forbidden);
			assertThat(told.why).isEqualTo((transport != Transport.LEGACY) ? "forbidden" : null);
			assertThat(told.cursor.knows("open")).isTrue();
			assertThat(told.cursor.knows(forbidden)).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void listenWhenAllChannelsAreForbiddenShouldSaySo(Way way, Transport transport) {
		Told told = ask(way, transport, List.of("secret", "secret-unknown"), List.of());
		assertThat(told.status).isEqualTo((transport != Transport.WEBSOCKET) ? 403 : 200);
		// Nothing is left, and so the empty answer of the legacy dialect says it all.
		assertThat(told.refused).containsExactlyElementsOf(
				(transport != Transport.LEGACY) ? List.of("secret", "secret-unknown") : List.of());
		assertThat(told.why).isEqualTo((transport != Transport.LEGACY) ? "forbidden" : null);
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenOneCursorCannotBeShouldServeTheOthersAndNameIt(Way way, Transport transport) {
		Told told = ask(way, transport, List.of("a", "open"), List.of("a", "not asked for"));
		assertThat(told.status).isEqualTo(200);
		assertThat(told.data).containsExactly("m");
		assertThat(told.refused).containsExactly("a");
		assertThat(told.why).isEqualTo("cursor");
		assertThat(told.cursor.knows("a")).isFalse();
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenNoCursorCanBeShouldAnswer400AndNameThem(Way way, Transport transport) {
		Told told = ask(way, transport, List.of("open", "b"), List.of("open", "b"));
		assertThat(told.status).isEqualTo((transport != Transport.WEBSOCKET) ? 400 : 200);
		assertThat(told.refused).containsExactly("open", "b");
		assertThat(told.why).isEqualTo("cursor");
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenReasonsDifferShouldNameAllChannels(Way way, Transport transport) {
		if (!way.authorized) {
			return;
		}
		Told told = ask(way, transport, List.of("open", "b", "secret"), List.of("b"));
		assertThat(told.data).containsExactly("m");
		assertThat(told.refused).containsExactlyInAnyOrder("b", "secret");
		assertThat(told.why).isEqualTo((transport == Transport.SSE) ? "cursor,forbidden" : null);
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenTooManyChannelsShouldRefuseAllAndTellTheLimit(Way way, Transport transport) {
		Told told = ask(way, transport, IntStream.range(0, 6).mapToObj((i) -> "x" + i).toList(), List.of());
		assertThat(told.status).isEqualTo(400);
		assertThat(told.limit).isEqualTo(5);
		assertThat(told.refused).isEmpty();
		if (transport == Transport.JSON || transport == Transport.SSE || transport == Transport.WEBSOCKET) {
			told = ask(way, transport, IntStream.range(0, 6).mapToObj((i) -> "x" + i).toList(), List.of("x1"));
			assertThat(told.limit).as("the refused count, too").isEqualTo(5);
		}
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenIdCannotNameAChannelShouldSayThatItHasEnded(Way way, Transport transport) {
		Told told = ask(way, transport, List.of("open", "a b"), List.of());
		assertThat(told.ended).containsExactly((transport != Transport.LEGACY) ? "a b" : "a%20b");
		assertThat(told.refused).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void pollWhenOthersAreHeldShouldNameTheRefusedInItsAnswer(Way way, Transport transport) {
		if (!transport.isPolling()) {
			return;
		}
		Channel channel = server(way).create("held-" + way + transport);
		try (RawConnection client = RawConnection.open(server(way).port())) {
			if (transport == Transport.LEGACY) {
				client.poll("registration=secret%0A" + channel.id() + "%0As%C3%A9cret%0Asecret+%2C%0D");
			}
			else {
				client.request("POST", "/comet", "application/json",
						JsonPollClient.request(null, null, "secret", channel.id()));
			}
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("later").block(PATIENCE);
			Answer answer = client.read();
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("later");
			if (transport == Transport.LEGACY) {
				assertThat(answer.header("Comet-Refused")).isEqualTo("secret,s%C3%A9cret,secret%20%2C%0D");
			}
			else {
				assertThat(JSON.readTree(answer.body()).path("refused").toString()).isEqualTo("[\"secret\"]");
			}
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTHORIZED", "AUTHORIZED_ORDINARY" })
	void streamShouldTellWhereItBeginsAndThenWhatIsRefused(Way way) {
		try (RawEventStream stream = RawEventStream.open(server(way).port(), "channel=secret&channel=open")) {
			Event first = stream.event();
			assertThat(first.name()).isEqualTo("heartbeat");
			assertThat(first.id()).isNotEmpty();
			assertThat(stream.event())
				.isEqualTo(new Event(null, "refused", "{\"channel\":\"secret\",\"why\":\"forbidden\"}"));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTHORIZED", "AUTHORIZED_ORDINARY" })
	void streamWhenTheRestHasEndedShouldTellBothOnceAndThenStopTheBrowser(Way way) {
		try (RawEventStream stream = RawEventStream.open(server(way).port(), "channel=secret&channel=unknown")) {
			assertThat(stream.news().name()).isEqualTo("refused");
			assertThat(stream.news()).isEqualTo(new Event(null, "ended", "{\"channel\":\"unknown\"}"));
			assertThat(stream.nextMessage()).isNull();
			assertThat(RawEventStream
				.ask(server(way).port(), "channel=secret&channel=unknown", "Last-Event-ID: " + stream.lastId())
				.status()).isEqualTo(204);
		}
	}

	@ParameterizedTest
	@EnumSource
	void socketWhenEverythingIsRefusedShouldGoOn(Way way) {
		Channel talk = server(way).create("talk");
		talk.publish("m").block(PATIENCE);
		try (RawWebSocket raw = RawWebSocket.open(server(way).port())) {
			JsonSocket socket = new JsonSocket(raw);
			String subscribe = "{\"subscribe\":[\"" + (way.authorized ? "secret" : "talk") + "\"],\"ping\":1,"
					+ "\"from\":{\"!\":[\"talk\"]}}";
			JsonNode refused = socket.exchange(subscribe);
			assertThat(refused.path("refused").size()).isOne();
			assertThat(refused.path("pong").intValue()).isOne();
			assertThat(refused.has("cursor")).isTrue();
			assertThat(socket.exchange("{\"ping\":2}").toString()).isEqualTo("{\"pong\":2}");
			assertThat(socket.exchange(subscribe).path("refused").size()).as("asked for again").isOne();
			assertThat(JsonSocket.data(socket.exchange("{\"subscribe\":[\"talk\"],\"cursor\":\"earliest\"}")))
				.containsExactly("m");
			talk.publish("n").block(PATIENCE);
			assertThat(JsonSocket.data(socket.next())).containsExactly("n");
			JsonNode more = socket.exchange("{\"subscribe\":[\"talk\",\"x\"],\"from\":{\"!\":[\"talk\",\"x\"]}}");
			assertThat(more.path("refused").toString()).as("what is listened to goes on").isEqualTo("[\"x\"]");
		}
	}

	private static CometServer server(Way way) {
		return Objects.requireNonNull(SERVERS.get(way));
	}

	/**
	 * Asks for channels, from the earliest message on, save those whose cursor is wrong,
	 * and listens until a message or an end comes.
	 */
	private static Told ask(Way way, Transport transport, List<String> ids, List<String> misplaced) {
		String list = JSON.writeValueAsString(ids);
		String from = misplaced.isEmpty() ? "" : ",\"from\":{\"!\":" + JSON.writeValueAsString(misplaced) + "}";
		try (RawConnection client = RawConnection.open(server(way).port())) {
			return switch (transport) {
				case LEGACY ->
					legacy(client.poll("registration=" + String.join("%0A", ids), "Comet-Cursor: earliest").read());
				case JSON -> {
					Answer answer = client
						.request("POST", "/comet", "application/json",
								"{\"channels\":" + list + ",\"cursor\":\"earliest\"" + from + "}")
						.read();
					yield json(answer.status(), JSON.readTree(answer.body()), answer.header("Comet-Max-Channels"));
				}
				case SSE -> events(way, client, ids, misplaced);
				case WEBSOCKET -> {
					JsonNode news = new JsonSocket(RawWebSocket.open(client))
						.exchange("{\"subscribe\":" + list + ",\"cursor\":\"earliest\"" + from + "}");
					yield json(news.has("error") ? 400 : 200, news, news.path("limit").asString(""));
				}
			};
		}
	}

	private static Told legacy(Answer answer) {
		List<String> data = new ArrayList<>();
		List<String> ended = new ArrayList<>();
		for (String entry : answer.body().split("\n")) {
			String[] parts = entry.split(":", 2);
			if (answer.status() == 200 && parts[1].equals("ENDED_CHANNEL")) {
				ended.add(parts[0]);
			}
			else if (answer.status() == 200) {
				data.add(parts[1]);
			}
		}
		String refused = answer.header("Comet-Refused");
		assertThat(answer.status() != 403 || answer.body().isEmpty()).isTrue();
		return new Told(answer.status(), data, ended, (refused != null) ? List.of(refused.split(",")) : List.of(), null,
				limit(answer.header("Comet-Max-Channels")), cursor(answer.header("Comet-Cursor")));
	}

	private static Told json(int status, JsonNode json, @Nullable String limit) {
		assertThat(json.path("limit").asString("")).isEqualTo(Objects.requireNonNullElse(limit, ""));
		return new Told(status, JsonSocket.data(json), texts(json.path("ended")), texts(json.path("refused")),
				json.has("why") ? json.get("why").stringValue() : null, limit(limit),
				cursor(json.path("cursor").asString("")));
	}

	private static Told events(Way way, RawConnection client, List<String> ids, List<String> misplaced) {
		StringBuilder query = new StringBuilder("cursor=earliest");
		ids.forEach((id) -> query.append("&channel=").append(id.replace(" ", "+")));
		if (!misplaced.isEmpty()) {
			query.append("&from=%21%3A").append(String.join(",", misplaced).replace(" ", "+"));
		}
		RawEventStream stream = RawEventStream.open(client, query.toString());
		if (stream.head().status() != 200) {
			Answer answer = RawEventStream.ask(server(way).port(), query.toString());
			return json(answer.status(), JSON.readTree(answer.body()), answer.header("Comet-Max-Channels"));
		}
		List<String> data = new ArrayList<>();
		List<String> ended = new ArrayList<>();
		List<String> refused = new ArrayList<>();
		Set<String> why = new TreeSet<>();
		while (data.isEmpty() || (ids.contains("a b") && ended.isEmpty())) {
			Event event = stream.news();
			JsonNode json = JSON.readTree(event.data());
			String channel = json.get("channel").stringValue();
			switch (event.name()) {
				case "message" -> data.add(json.get("data").stringValue());
				case "ended" -> ended.add(channel);
				case "refused" -> {
					refused.add(channel);
					why.add(json.get("why").stringValue());
				}
				default -> throw new IllegalStateException(event.name());
			}
		}
		return new Told(200, data, ended, refused, why.isEmpty() ? null : String.join(",", why), null,
				cursor(stream.lastId()));
	}

	private static @Nullable Integer limit(@Nullable String value) {
		return (value != null && !value.isEmpty()) ? Integer.valueOf(value) : null;
	}

	private static Cursor cursor(@Nullable String token) {
		try {
			return (token != null && !token.isEmpty()) ? Cursor.parse(token) : Cursor.LATEST;
		}
		catch (InvalidCursorException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static List<String> texts(JsonNode list) {
		List<String> texts = new ArrayList<>();
		list.forEach((text) -> texts.add(text.stringValue()));
		return texts;
	}

	/**
	 * A way to the client.
	 */
	private enum Way {

		AROUND(false, true), ORDINARY(false, false), AUTHORIZED(true, true), AUTHORIZED_ORDINARY(true, false);

		private final boolean authorized;

		private final boolean fastPath;

		Way(boolean authorized, boolean fastPath) {
			this.authorized = authorized;
			this.fastPath = fastPath;
		}

	}

	/**
	 * What a client is told.
	 *
	 * @param status the status, which a frame with an error stands for as well
	 * @param data the messages
	 * @param ended the ids of channels that have ended
	 * @param refused the ids of channels that are refused
	 * @param why why they are
	 * @param limit how many channels there may be
	 * @param cursor where the client stands
	 */
	private record Told(int status, List<String> data, List<String> ended, List<String> refused, @Nullable String why,
			@Nullable Integer limit, Cursor cursor) {
	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(!channel.startsWith("secret") && !channel.startsWith("sécret"));
		}

	}

}
