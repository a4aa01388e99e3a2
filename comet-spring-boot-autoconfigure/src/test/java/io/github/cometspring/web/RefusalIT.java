package io.github.cometspring.web;

import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
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
 * The refusal of one channel does not affect the others (protocol, section 8), in every
 * dialect and on every path. One class, as four servers are started for it, one for each
 * path.
 */
@SetsFastPath
class RefusalIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final JsonMapper JSON = new JsonMapper();

	private static final Map<Setup, CometServer> SERVERS = new EnumMap<>(Setup.class);

	@BeforeAll
	static void start() {
		for (Setup setup : Setup.values()) {
			Class<?>[] configuration = setup.authorized ? new Class<?>[] { Secrets.class } : new Class<?>[0];
			CometServer server = CometServer.start(configuration, "comet.fast-path=" + setup.fastPath,
					"comet.max-channels-per-request=5");
			SERVERS.put(setup, server);
			Stream.of("open", "secret", "sécret").forEach((name) -> server.create(name).publish("m").block(PATIENCE));
		}
	}

	@AfterAll
	static void stop() {
		SERVERS.values().forEach(CometServer::close);
	}

	static Stream<Arguments> everywhere() {
		return Arrays.stream(Setup.values()).flatMap(RefusalIT::onEveryTransport);
	}

	static Stream<Arguments> withAuthorizer() {
		return Stream.of(Setup.AUTHORIZED, Setup.AUTHORIZED_DEFAULT_PATH).flatMap(RefusalIT::onEveryTransport);
	}

	private static Stream<Arguments> onEveryTransport(Setup setup) {
		return Arrays.stream(Transport.values()).map((transport) -> Arguments.of(setup, transport));
	}

	/**
	 * All but the legacy dialect, which has one cursor for all channels.
	 */
	static Stream<Arguments> withCursors() {
		return everywhere().filter((arguments) -> arguments.get()[1] != Transport.LEGACY);
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void listenWhenOneChannelIsForbiddenShouldServeTheOthersAndNameIt(Setup setup, Transport transport) {
		for (String forbidden : new String[] { "secret", "secret-unknown" }) {
			RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of(forbidden, "open"),
					List.of());
			assertThat(result.status()).isEqualTo(200);
			assertThat(result.data()).containsExactly("m");
			assertThat(result.refused()).containsExactly(forbidden);
			assertThat(result.why()).isEqualTo((transport != Transport.LEGACY) ? "forbidden" : null);
			assertThat(result.cursor().knows("open")).isTrue();
			assertThat(result.cursor().knows(forbidden)).isFalse();
		}
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void listenWhenAllChannelsAreForbiddenShouldReportIt(Setup setup, Transport transport) {
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of("secret", "secret-unknown"),
				List.of());
		assertThat(result.status()).isEqualTo((transport != Transport.WEBSOCKET) ? 403 : 200);
		// The legacy dialect refuses all channels with an empty answer.
		assertThat(result.refused()).containsExactlyElementsOf(
				(transport != Transport.LEGACY) ? List.of("secret", "secret-unknown") : List.of());
		assertThat(result.why()).isEqualTo((transport != Transport.LEGACY) ? "forbidden" : null);
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenOneCursorIsInvalidShouldServeTheOthersAndNameIt(Setup setup, Transport transport) {
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of("a", "open"),
				List.of("a", "not asked for"));
		assertThat(result.status()).isEqualTo(200);
		assertThat(result.data()).containsExactly("m");
		assertThat(result.refused()).containsExactly("a");
		assertThat(result.why()).isEqualTo("cursor");
		assertThat(result.cursor().knows("a")).isFalse();
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenAllCursorsAreInvalidShouldAnswer400AndNameThem(Setup setup, Transport transport) {
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of("open", "b"),
				List.of("open", "b"));
		assertThat(result.status()).isEqualTo((transport != Transport.WEBSOCKET) ? 400 : 200);
		assertThat(result.refused()).containsExactly("open", "b");
		assertThat(result.why()).isEqualTo("cursor");
	}

	@ParameterizedTest
	@MethodSource("withCursors")
	void listenWhenReasonsDifferShouldNameAllChannels(Setup setup, Transport transport) {
		if (!setup.authorized) {
			return;
		}
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of("open", "b", "secret"),
				List.of("b"));
		assertThat(result.data()).containsExactly("m");
		assertThat(result.refused()).containsExactlyInAnyOrder("b", "secret");
		assertThat(result.why()).isEqualTo((transport == Transport.SSE) ? "cursor,forbidden" : null);
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenTooManyChannelsShouldRefuseAllAndReportTheLimit(Setup setup, Transport transport) {
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport,
				IntStream.range(0, 6).mapToObj((i) -> "x" + i).toList(), List.of());
		assertThat(result.status()).isEqualTo(400);
		assertThat(result.limit()).isEqualTo(5);
		assertThat(result.refused()).isEmpty();
		if (transport == Transport.JSON || transport == Transport.SSE || transport == Transport.WEBSOCKET) {
			result = RefusalAnswer.ask(server(setup).port(), transport,
					IntStream.range(0, 6).mapToObj((i) -> "x" + i).toList(), List.of("x1"));
			assertThat(result.limit()).as("the refused count, too").isEqualTo(5);
		}
	}

	@ParameterizedTest
	@MethodSource("everywhere")
	void listenWhenIdCannotNameAChannelShouldReportItsEnd(Setup setup, Transport transport) {
		RefusalAnswer result = RefusalAnswer.ask(server(setup).port(), transport, List.of("open", "a b"), List.of());
		assertThat(result.ended()).containsExactly((transport != Transport.LEGACY) ? "a b" : "a%20b");
		assertThat(result.refused()).isEmpty();
	}

	@ParameterizedTest
	@MethodSource("withAuthorizer")
	void pollWhenOthersAreHeldShouldNameTheRefusedInItsAnswer(Setup setup, Transport transport) {
		if (!transport.isPolling()) {
			return;
		}
		Channel channel = server(setup).create("held-" + setup + transport);
		try (RawConnection client = RawConnection.open(server(setup).port())) {
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
	@EnumSource(names = { "AUTHORIZED", "AUTHORIZED_DEFAULT_PATH" })
	void streamShouldSendStartingCursorAndThenRefusals(Setup setup) {
		try (RawEventStream stream = RawEventStream.open(server(setup).port(), "channel=secret&channel=open")) {
			Event first = stream.event();
			assertThat(first.name()).isEqualTo("heartbeat");
			assertThat(first.id()).isNotEmpty();
			assertThat(stream.event())
				.isEqualTo(new Event(null, "refused", "{\"channel\":\"secret\",\"why\":\"forbidden\"}"));
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "AUTHORIZED", "AUTHORIZED_DEFAULT_PATH" })
	void streamWhenTheRestHasEndedShouldReportBothOnceAndThenStopReconnects(Setup setup) {
		try (RawEventStream stream = RawEventStream.open(server(setup).port(), "channel=secret&channel=unknown")) {
			assertThat(stream.message().name()).isEqualTo("refused");
			assertThat(stream.message()).isEqualTo(new Event(null, "ended", "{\"channel\":\"unknown\"}"));
			assertThat(stream.nextMessage()).isNull();
			assertThat(RawEventStream
				.ask(server(setup).port(), "channel=secret&channel=unknown", "Last-Event-ID: " + stream.lastId())
				.status()).isEqualTo(204);
		}
	}

	@ParameterizedTest
	@EnumSource
	void socketWhenEverythingIsRefusedShouldGoOn(Setup setup) {
		Channel talk = server(setup).create("talk");
		talk.publish("m").block(PATIENCE);
		try (RawWebSocket raw = RawWebSocket.open(server(setup).port())) {
			JsonSocket socket = new JsonSocket(raw);
			String subscribe = "{\"subscribe\":[\"" + (setup.authorized ? "secret" : "talk") + "\"],\"ping\":1,"
					+ "\"from\":{\"!\":[\"talk\"]}}";
			JsonNode refused = socket.exchange(subscribe);
			assertThat(refused.path("refused").size()).isOne();
			assertThat(refused.path("pong").intValue()).isOne();
			assertThat(refused.has("cursor")).isTrue();
			assertThat(socket.exchange("{\"ping\":2}").toString()).isEqualTo("{\"pong\":2}");
			assertThat(socket.exchange(subscribe).path("refused").size()).as("requested again").isOne();
			assertThat(JsonSocket.data(socket.exchange("{\"subscribe\":[\"talk\"],\"cursor\":\"earliest\"}")))
				.containsExactly("m");
			talk.publish("n").block(PATIENCE);
			assertThat(JsonSocket.data(socket.next())).containsExactly("n");
			JsonNode more = socket.exchange("{\"subscribe\":[\"talk\",\"x\"],\"from\":{\"!\":[\"talk\",\"x\"]}}");
			assertThat(more.path("refused").toString()).as("the subscription goes on").isEqualTo("[\"x\"]");
		}
	}

	private static CometServer server(Setup setup) {
		return Objects.requireNonNull(SERVERS.get(setup));
	}

	/**
	 * A configuration of the server.
	 */
	private enum Setup {

		FAST_PATH(false, true), DEFAULT_PATH(false, false), AUTHORIZED(true, true),
		AUTHORIZED_DEFAULT_PATH(true, false);

		private final boolean authorized;

		private final boolean fastPath;

		Setup(boolean authorized, boolean fastPath) {
			this.authorized = authorized;
			this.fastPath = fastPath;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (principal, channel) -> Mono.just(!channel.startsWith("secret") && !channel.startsWith("sécret"));
		}

	}

}
