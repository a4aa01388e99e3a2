package io.github.cometspring.web;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.security.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.security.ChannelAuthorizer;
import io.github.cometspring.subscription.Subscriptions;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * WebSocket over real sockets (protocol, section 5).
 */
class WebSocketIT {

	private static final JsonMapper JSON = new JsonMapper();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private String name;

	private Channel channel;

	private RawWebSocket socket;

	private final List<AutoCloseable> open = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = CometServer.start(new Class<?>[] { Secrets.class }, "comet.history.size=3", "comet.heartbeat=400ms",
				"comet.max-connections=8", "comet.max-channels-per-request=5", "comet.max-request-size=2KB",
				"comet.allowed-origins=https://friend.example");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void open(TestInfo test) {
		this.name = test.getTestMethod().orElseThrow().getName() + "-" + System.nanoTime();
		this.channel = server.create(this.name);
		this.socket = open();
	}

	private RawWebSocket open() {
		RawWebSocket socket = RawWebSocket.open(server.port());
		this.open.add(socket);
		return socket;
	}

	@AfterEach
	void closeAll() throws Exception {
		for (AutoCloseable closeable : this.open) {
			closeable.close();
		}
		Await.until(() -> server.bean(Subscriptions.class).connections(Transport.WEBSOCKET) == 0);
		Await.until(() -> this.channel.subscribers() == 0);
	}

	@Test
	void handshakeWhenProtocolIsOfferedShouldSelectIt() {
		for (String offer : List.of("comet.v1", "x, comet.v1", "comet.v1,comet.v2")) {
			try (RawConnection client = RawConnection.open(server.port())) {
				Answer answer = RawWebSocket.handshake(client, "Sec-WebSocket-Protocol: " + offer);
				assertThat(answer.status()).isEqualTo(101);
				assertThat(answer.header("Sec-WebSocket-Protocol")).isEqualTo("comet.v1");
			}
		}
	}

	@Test
	void handshakeWhenNoProtocolIsOfferedShouldServe() {
		try (RawConnection client = RawConnection.open(server.port())) {
			Answer answer = RawWebSocket.handshake(client);
			assertThat(answer.status()).isEqualTo(101);
			assertThat(answer.header("Sec-WebSocket-Protocol")).isNull();
			client.send(RawWebSocket.frame(0x81, true, "{\"ping\":3}".getBytes(StandardCharsets.UTF_8)));
			assertThat(client.readBytes(2 + 10)).endsWith("{\"pong\":3}".getBytes(StandardCharsets.UTF_8));
		}
	}

	@Test
	void handshakeWhenProtocolIsAnotherShouldAnswer400() {
		assertThat(handshake("Sec-WebSocket-Protocol: comet.v2").status()).isEqualTo(400);
		assertThat(handshake("Sec-WebSocket-Protocol: chat, superchat").status()).isEqualTo(400);
	}

	@Test
	void handshakeWhenOriginIsForeignShouldAnswer403() {
		assertThat(handshake("Origin: https://stranger.example").status()).isEqualTo(403);
		assertThat(handshake("Origin: null").status()).isEqualTo(403);
		assertThat(handshake("Origin: https://friend.example").status()).isEqualTo(101);
		assertThat(handshake("Origin: http://localhost").status()).isEqualTo(101);
	}

	@Test
	void handshakeWhenDeactivatedShouldAnswer503() {
		server.control().deactivate().block(PATIENCE);
		try {
			Answer answer = handshake();
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.header("Retry-After")).isNotNull();
		}
		finally {
			server.control().activate().block(PATIENCE);
		}
	}

	@Test
	void handshakeWhenTooManyConnectionsShouldAnswer503UntilOneLeaves() {
		List<RawWebSocket> others = new ArrayList<>();
		for (int i = 0; i < 7; i++) {
			others.add(open());
		}
		assertThat(handshake().status()).isEqualTo(503);
		assertThat(server.bean(Subscriptions.class).connections(Transport.WEBSOCKET)).isEqualTo(8);
		others.get(0).close();
		Await.until(() -> server.bean(Subscriptions.class).connections(Transport.WEBSOCKET) == 7);
		assertThat(handshake().status()).isEqualTo(101);
	}

	@ParameterizedTest
	@ValueSource(strings = { "GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
					+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 99\r\n\r\n",
			"GET /comet HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\nConnection: Upgrade\r\nAccept: a/b\r\n\r\n",
			"POST /comet HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 0\r\n"
					+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" })
	void handshakeWhenMalformedShouldBeTheClientsFault(String request) {
		try (RawConnection client = RawConnection.open(server.port())) {
			assertThat(client.send(request).readSwitch().status()).isBetween(400, 499);
		}
	}

	@Test
	void subscribeWhenChannelIsKnownShouldAnswerWithStartingCursor() {
		publish("before");
		JsonNode answer = exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		assertThat(answer.propertyNames()).containsExactly("cursor");
		assertThat(answer.get("cursor").stringValue()).isEqualTo(cursor());
		publish("1");
		JsonNode news = next();
		assertThat(news.propertyNames()).containsExactlyInAnyOrder("cursor", "messages");
		assertThat(news.at("/messages/0/channel").stringValue()).isEqualTo(this.name);
		assertThat(news.at("/messages/0/data").stringValue()).isEqualTo("1");
		assertThat(news.get("cursor").stringValue()).isEqualTo(cursor());
	}

	@Test
	void subscribeWhenCursorIsGivenShouldResume() {
		publish("1", "2");
		JsonNode news = exchange("{\"subscribe\":[\"" + this.name + "\"],\"cursor\":\"earliest\"}");
		assertThat(data(news)).containsExactly("1", "2");
		publish("3");
		RawWebSocket other = open();
		other.send("{\"subscribe\":[\"" + this.name + "\"],\"cursor\":\"" + news.get("cursor").stringValue() + "\"}");
		assertThat(data(JSON.readTree(other.text()))).containsExactly("3");
	}

	@Test
	void subscribeWhenAnotherFollowsAtOnceShouldStillAnswer() {
		this.socket.send("{\"subscribe\":[\"" + this.name + "\"]}").send("{\"unsubscribe\":[\"x\"]}");
		assertThat(next().get("cursor").stringValue()).isEqualTo(cursor());
	}

	@Test
	void subscribeWhenMoreAreAddedShouldKeepTheOthersWithoutLoss() {
		Channel other = server.create(this.name + "-2");
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		List<String> received = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			publish("a" + i);
			this.socket.send((i % 2 == 0) ? "{\"subscribe\":[\"" + other.id() + "\"]}"
					: "{\"unsubscribe\":[\"" + other.id() + "\"]}");
			while (received.size() <= i) {
				received.addAll(data(next()));
			}
		}
		assertThat(received).hasSize(20).first().isEqualTo("a0");
		assertThat(received).doesNotHaveDuplicates();
		Await.until(() -> other.subscribers() == 0);
	}

	@Test
	void unsubscribeShouldStopMessages() {
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		this.socket.send("{\"unsubscribe\":[\"" + this.name + "\"],\"ping\":1}");
		assertThat(next().get("pong").intValue()).isEqualTo(1);
		assertThat(this.channel.subscribers()).isZero();
		publish("1");
		assertThat(exchange("{\"ping\":2}").get("pong").intValue()).isEqualTo(2);
	}

	@Test
	void frameWhenItHasSeveralMembersShouldActOnAll() {
		Channel other = server.create(this.name + "-2");
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		this.socket.send("{\"subscribe\":[\"" + other.id() + "\"],\"unsubscribe\":[\"" + this.name + "\"],\"ping\":9}");
		JsonNode answer = next();
		assertThat(answer.get("pong").intValue()).isEqualTo(9);
		assertThat(answer.has("cursor")).isTrue();
		assertThat(other.subscribers()).isEqualTo(1);
		assertThat(this.channel.subscribers()).isZero();
	}

	@Test
	void subscribeWhenIdsAreUnknownShouldSayTheyHaveEnded() {
		JsonNode answer = exchange("{\"subscribe\":[\"unknown\",\"" + this.name + "\",\"no id!\"]}");
		assertThat(answer.get("ended")).extracting(JsonNode::stringValue).containsExactly("unknown", "no id!");
		assertThat(answer.has("cursor")).isTrue();
		publish("1");
		assertThat(data(next())).containsExactly("1");
	}

	@Test
	void socketWhenChannelEndsShouldSaySoAndStayOpen() {
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		this.channel.publish("last").then(this.channel.close()).block(PATIENCE);
		JsonNode news = next();
		assertThat(data(news)).containsExactly("last");
		JsonNode ended = news.has("ended") ? news : next();
		assertThat(ended.get("ended")).extracting(JsonNode::stringValue).containsExactly(this.name);
		assertThat(exchange("{\"ping\":1}").get("pong").intValue()).isEqualTo(1);
		Channel again = server.create(this.name + "-2");
		exchange("{\"subscribe\":[\"" + again.id() + "\"]}");
		again.publish("anew").block(PATIENCE);
		assertThat(data(next())).containsExactly("anew");
	}

	@Test
	void subscribeWhenHistoryHasMovedOnShouldTellOfGap() {
		publish("1", "2", "3", "4", "5");
		String old = Cursor.of(this.name, new Position(epoch(), 1)).token();
		JsonNode news = exchange("{\"subscribe\":[\"" + this.name + "\"],\"cursor\":\"" + old + "\"}");
		assertThat(news.get("gaps")).extracting(JsonNode::stringValue).containsExactly(this.name);
		assertThat(data(news)).containsExactly("3", "4", "5");
	}

	@Test
	void pingShouldBeAnsweredWithItsNumber() {
		for (String number : List.of("0", "-1", "9223372036854775807")) {
			this.socket.send("{\"ping\":" + number + "}");
			assertThat(this.socket.text()).isEqualTo("{\"pong\":" + number + "}");
		}
	}

	@Test
	void protocolPingShouldBeAnsweredWithItsContent() {
		this.socket.send(RawWebSocket.PING, true, "abc".getBytes(StandardCharsets.US_ASCII));
		Frame frame = Objects.requireNonNull(this.socket.read());
		assertThat(frame.opcode()).isEqualTo(RawWebSocket.PONG);
		assertThat(frame.payload()).asString().isEqualTo("abc");
	}

	@Test
	void protocolPingsWhenManyComeAtOnceShouldAllBeAnsweredInOrder() {
		for (int i = 0; i < 500; i++) {
			this.socket.send(RawWebSocket.PING, true, ("" + i).getBytes(StandardCharsets.US_ASCII));
		}
		for (int i = 0; i < 500; i++) {
			Frame frame = Objects.requireNonNull(this.socket.read());
			while (frame.opcode() == RawWebSocket.PING) {
				frame = Objects.requireNonNull(this.socket.read());
			}
			assertThat(frame.payload()).asString().isEqualTo("" + i);
		}
	}

	@Test
	void socketWhenSilentShouldBePinged() {
		for (int i = 0; i < 2; i++) {
			assertThat(Objects.requireNonNull(this.socket.read()).opcode()).isEqualTo(RawWebSocket.PING);
		}
	}

	@Test
	void socketWhenClientClosesShouldCloseWith1000() {
		this.socket.send(RawWebSocket.CLOSE, true, new byte[] { 0x03, (byte) 0xE8 });
		assertThat(this.socket.text()).isEqualTo("close 1000");
		assertThat(this.socket.connection().isClosedByServer()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "[]", "null", "7", "{", "{\"ping\":1", "{\"ping\":1}x", "{}{}", "hello" })
	void frameWhenNoJsonObjectShouldCloseWith1008(String text) {
		this.socket.send(text);
		assertThat(this.socket.text()).isEqualTo("close 1008");
		assertThat(this.socket.connection().drain()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"subscribe\":7}", "{\"subscribe\":[7]}", "{\"unsubscribe\":\"a\"}",
			"{\"subscribe\":[\"a\"],\"cursor\":\"!\"}", "{\"cursor\":\"AQ==\"}", "{\"ping\":\"1\"}", "{\"ping\":1.5}",
			"{\"ping\":99999999999999999999}", "{\"timeout\":1}",
			"{\"subscribe\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}" })
	void frameWhenMemberIsWrongShouldExplainAndGoOn(String text) {
		JsonNode answer = exchange(text);
		assertThat(answer.propertyNames()).containsExactly("error");
		assertThat(exchange("{\"ping\":1}").get("pong").intValue()).isEqualTo(1);
	}

	@Test
	void frameWhenMembersAreUnknownShouldIgnoreThem() {
		assertThat(exchange("{\"x\":[[{}]],\"ping\":4,\"y\":null}").get("pong").intValue()).isEqualTo(4);
	}

	@Test
	void frameWhenBinaryShouldCloseWith1008() {
		this.socket.send(RawWebSocket.BINARY, true, "{\"ping\":1}".getBytes(StandardCharsets.UTF_8));
		assertThat(this.socket.text()).isEqualTo("close 1008");
		assertThat(this.socket.connection().drain()).isTrue();
	}

	@Test
	void frameWhenTooBigShouldCloseWith1009() {
		this.socket.send("{\"x\":\"" + "x".repeat(2048) + "\"}");
		assertThat(this.socket.text()).isEqualTo("close 1009");
		assertThat(this.socket.connection().drain()).isTrue();
	}

	@Test
	void fragmentsWhenTogetherTooBigShouldCloseWith1009() {
		byte[] part = "x".repeat(1500).getBytes(StandardCharsets.US_ASCII);
		this.socket.send(RawWebSocket.TEXT, false, part).send(RawWebSocket.CONTINUATION, true, part);
		assertThat(this.socket.text()).isEqualTo("close 1009");
		assertThat(this.socket.connection().drain()).isTrue();
	}

	@Test
	void fragmentsShouldBeJoined() {
		byte[] json = "{\"ping\":12,\"x\":\"é\"}".getBytes(StandardCharsets.UTF_8);
		for (int i = 0; i < json.length; i++) {
			this.socket.send((i == 0) ? RawWebSocket.TEXT : RawWebSocket.CONTINUATION, i == json.length - 1,
					new byte[] { json[i] });
			if (i == 3) {
				this.socket.send(RawWebSocket.PONG, true, new byte[0]);
			}
		}
		assertThat(next().get("pong").intValue()).isEqualTo(12);
	}

	@Test
	void frameWhenItBreaksTheProtocolShouldEndTheConnection() {
		List<byte[]> broken = List.of(RawWebSocket.frame(0x81, false, "{\"ping\":1}".getBytes(StandardCharsets.UTF_8)),
				RawWebSocket.frame(0x83, true, new byte[1]), RawWebSocket.frame(0xC1, true, new byte[1]),
				RawWebSocket.frame(0x80, true, new byte[1]), RawWebSocket.frame(0x89, true, new byte[126]),
				RawWebSocket.frame(0x09, true, new byte[1]), RawWebSocket.frame(0x88, true, new byte[1]),
				RawWebSocket.frame(0x88, true, new byte[] { 0, 1 }),
				RawWebSocket.frame(0x81, true, new byte[] { '"', (byte) 0xC3, '"' }),
				"GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
		for (byte[] bytes : broken) {
			try (RawWebSocket client = RawWebSocket.open(server.port())) {
				client.sendRaw(bytes);
				// An illegal close frame is not answered with another.
				assertThat(client.closeCode()).as("%d", broken.indexOf(bytes))
					.isIn(1002, 1007, 1008, 1009, (bytes[0] == (byte) 0x88) ? -1 : 1002);
				assertThat(client.connection().drain()).isTrue();
			}
		}
	}

	@Test
	void frameWhenCutOffShouldLeaveNothingBehind() {
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		this.socket.sendRaw(new byte[] { (byte) 0x81, (byte) 0xFE, 0x01 });
		this.socket.connection().reset();
		Await.until(() -> this.channel.subscribers() == 0);
	}

	@Test
	void subscribeWhenNotAuthorizedShouldCloseWith1008() {
		this.socket.send("{\"subscribe\":[\"" + this.name + "\",\"secret\"]}");
		Frame frame = Objects.requireNonNull(this.socket.read());
		assertThat(frame.closeReason()).isNotEmpty().doesNotContain("secret");
		assertThat(this.socket.connection().drain()).isTrue();
	}

	@Test
	void socketWhenKilledShouldCloseWith1013() {
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		RawWebSocket idle = open();
		server.control().setTimeout(Duration.ofSeconds(20), true).block(PATIENCE);
		assertThat(this.socket.text()).isEqualTo("close 1013");
		assertThat(this.socket.connection().drain()).isTrue();
		assertThat(idle.text()).isEqualTo("close 1013");
	}

	@Test
	void deliverWhenSocketGetsMessageShouldCountIt() {
		exchange("{\"subscribe\":[\"" + this.name + "\"]}");
		Outcome outcome = Objects.requireNonNull(this.channel.deliver("1").block(PATIENCE));
		assertThat(outcome.delivered()).isEqualTo(1);
		assertThat(outcome.failed()).isZero();
	}

	@Test
	void standardClientShouldBeServed() throws ExecutionException, InterruptedException, TimeoutException {
		BlockingQueue<String> received = new LinkedBlockingQueue<>();
		WebSocket client = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.subprotocols("comet.v1")
			.buildAsync(URI.create("ws://localhost:" + server.port() + "/comet"), new WebSocket.Listener() {

				@Override
				public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					received.add(data.toString());
					webSocket.request(1);
					return null;
				}

				@Override
				public @Nullable CompletionStage<?> onClose(WebSocket webSocket, int code, String reason) {
					received.add("close " + code);
					return null;
				}

			})
			.get(10, TimeUnit.SECONDS);
		assertThat(client.getSubprotocol()).isEqualTo("comet.v1");
		client.sendText("{\"subscribe\":[\"" + this.name + "\"]}", true).get(10, TimeUnit.SECONDS);
		assertThat(received.poll(10, TimeUnit.SECONDS)).startsWith("{\"cursor\":");
		publish("1");
		assertThat(received.poll(10, TimeUnit.SECONDS)).contains("\"data\":\"1\"");
		client.sendClose(WebSocket.NORMAL_CLOSURE, "").get(10, TimeUnit.SECONDS);
		assertThat(received.poll(10, TimeUnit.SECONDS)).isEqualTo("close 1000");
	}

	private Answer handshake(String... headers) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return RawWebSocket.handshake(client, headers);
		}
	}

	private JsonNode exchange(String text) {
		this.socket.send(text);
		return next();
	}

	private JsonNode next() {
		return JSON.readTree(this.socket.text());
	}

	private static List<String> data(JsonNode news) {
		List<String> data = new ArrayList<>();
		news.path("messages").forEach((message) -> data.add(message.get("data").stringValue()));
		return data;
	}

	private void publish(String... data) {
		for (String text : data) {
			this.channel.publish(text).block(PATIENCE);
		}
	}

	private long epoch() {
		return Objects.requireNonNull(server.bean(ChannelBroker.class).find(this.name).block(PATIENCE)).epoch();
	}

	private String cursor() {
		return Objects.requireNonNull(this.channel.cursor().block(PATIENCE)).token();
	}

	@Configuration(proxyBeanMethods = false)
	static class Secrets {

		@Bean
		ChannelAuthorizer channelAuthorizer() {
			return (@Nullable Principal user, String channel) -> Mono.just(!channel.equals("secret"));
		}

	}

}
