package io.github.cometspring.web;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * The browser client as it is served, and running against a real server.
 */
@SetsFastPath
class BrowserClientIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Path SOURCES = Path.of("src/main/client");

	private static CometServer server;

	// Servers share event loops, which the first server that closes disposes of.
	private static Map<String, CometServer> others;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.history.size=100000", "comet.allowed-origins=https://example.org");
		others = Map.of("/push/channel", CometServer.start("comet.path=/push/channel"), "/**",
				CometServer.start("comet.path=/**"));
	}

	@AfterAll
	static void stop() {
		others.values().forEach(CometServer::close);
		server.close();
	}

	private static Answer get(int port, String path, String... headers) {
		return send(port, "GET", path, headers);
	}

	private static Answer send(int port, String method, String path, String... headers) {
		try (RawConnection client = RawConnection.open(port)) {
			client.request(method, path, null, "", headers);
			return method.equals("HEAD") ? client.readWithoutBody() : client.read();
		}
	}

	private static String script() throws IOException {
		return Files.readString(SOURCES.resolve("comet.js"));
	}

	@Test
	void getShouldServeModuleThatIsRevalidatedEachTime() throws IOException {
		Answer answer = get(server.port(), "/comet/comet.js");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Type")).isEqualTo("text/javascript;charset=UTF-8");
		assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
		assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
		assertThat(answer.header("ETag")).matches("\"[0-9a-f]{32}\"");
		assertThat(answer.body()).isEqualTo(script());
	}

	@Test
	void getWhenUnchangedShouldAnswer304() {
		String etag = get(server.port(), "/comet/comet.js").header("ETag");
		for (String condition : List.of(etag, "W/" + etag, "\"other\", " + etag)) {
			Answer answer = get(server.port(), "/comet/comet.js", "If-None-Match: " + condition);
			assertThat(answer.status()).as(condition).isEqualTo(304);
			assertThat(answer.header("ETag")).isEqualTo(etag);
			assertThat(answer.header("Cache-Control")).isEqualTo("no-cache");
			assertThat(answer.body()).isEmpty();
		}
		assertThat(get(server.port(), "/comet/comet.js", "If-None-Match: \"other\"").status()).isEqualTo(200);
	}

	@Test
	void headShouldAnswerAsGetWithoutBody() throws IOException {
		Answer answer = send(server.port(), "HEAD", "/comet/comet.js");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.header("Content-Length"))
			.isEqualTo(String.valueOf(script().getBytes(StandardCharsets.UTF_8).length));
		assertThat(answer.header("ETag")).isEqualTo(get(server.port(), "/comet/comet.js").header("ETag"));
	}

	@Test
	void otherMethodsShouldAnswer405() {
		Answer answer = send(server.port(), "POST", "/comet/comet.js");
		assertThat(answer.status()).isEqualTo(405);
		assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
	}

	@Test
	void getWhenOriginAllowedShouldBeReadableThere() {
		Answer answer = get(server.port(), "/comet/comet.js", "Origin: https://example.org");
		assertThat(answer.header("Access-Control-Allow-Origin")).isEqualTo("https://example.org");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/push/channel", "/**" })
	void getWhenPathIsConfiguredShouldServeBelowIt(String path) throws IOException {
		int port = others.get(path).port();
		String below = path.equals("/**") ? "/comet" : path;
		assertThat(get(port, below + "/comet.js").body()).isEqualTo(script());
		assertThat(get(port, "/other/comet.js").status()).isEqualTo(404);
	}

	@Test
	void jsonPollWhenChannelHasCursorOfItsOwnShouldStartThere() {
		publish("json-a", "json-b");
		String here = server.create("json-c").cursor().map((cursor) -> cursor.token()).block(PATIENCE);
		Answer answer = poll("{\"channels\":[\"json-a\",\"json-b\",\"json-c\"],\"cursor\":\"" + here
				+ "\",\"from\":{\"earliest\":[\"json-b\"]},\"timeout\":\"PT0S\"}");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.body()).contains("\"messages\":[{\"channel\":\"json-b\",\"data\":\"1\"}]");
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"nonsense\":[\"a\"]}", "{\"earliest\":\"a\"}", "{\"earliest\":[1]}", "[]",
			"\"earliest\"", "null" })
	void jsonPollWhenFromIsWrongShouldAnswer400(String from) {
		assertThat(poll("{\"channels\":[\"a\"],\"from\":" + from + "}").status()).isEqualTo(400);
	}

	private static Answer poll(String body) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.request("POST", "/comet", "application/json", body).read();
		}
	}

	private static void publish(String... channels) {
		for (String channel : channels) {
			server.create(channel).publish("1").block(PATIENCE);
		}
	}

	@Test
	void eventStreamWhenChannelHasCursorOfItsOwnShouldStartThere() {
		publish("sse-a", "sse-b");
		List<Channel> channels = Flux.just("sse-a", "sse-b")
			.concatMap((id) -> server.channels().find(id))
			.collectList()
			.block(PATIENCE);
		String path = "/comet?channel=sse-a&channel=sse-b&cursor=latest&from=earliest%3Asse-x%2Csse-b";
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("GET", path, null, "", "Accept: text/event-stream");
			assertThat(channels).isNotNull();
			Await.until(() -> channels.stream().allMatch((channel) -> channel.subscribers() == 1));
			Flux.fromIterable(channels).concatMap(Channel::close).then().block(PATIENCE);
			assertThat(client.read().body()).contains("data: {\"channel\":\"sse-b\",\"data\":\"1\"}")
				.doesNotContain("data: {\"channel\":\"sse-a\",\"data\"");
		}
		Answer bad = get(server.port(), "/comet?channel=sse-a&from=nonsense", "Accept: text/event-stream");
		assertThat(bad.status()).isEqualTo(400);
	}

	@Test
	void webSocketWhenChangeHasPingShouldPongWithTheCursorThatCoversIt() throws InterruptedException {
		publish("ws-a", "ws-b");
		BlockingQueue<String> frames = new LinkedBlockingQueue<>();
		WebSocket socket = HttpClient.newHttpClient()
			.newWebSocketBuilder()
			.subprotocols("comet.v1")
			.buildAsync(URI.create("ws://localhost:" + server.port() + "/comet"), new WebSocket.Listener() {
				@Override
				public @Nullable CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
					frames.add(data.toString());
					webSocket.request(1);
					return null;
				}
			})
			.join();
		try {
			socket.sendText("{\"subscribe\":[\"ws-a\",\"ws-b\"],\"from\":{\"earliest\":[\"ws-b\"]},\"ping\":7}", true)
				.join();
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("\"pong\":7", "\"cursor\":\"",
					"\"messages\":[{\"channel\":\"ws-b\",\"data\":\"1\"}]");
			socket.sendText("{\"unsubscribe\":[\"ws-a\"],\"ping\":8}", true).join();
			assertThat(frames.poll(10, TimeUnit.SECONDS)).contains("\"pong\":8", "\"cursor\":\"")
				.doesNotContain("messages");
			socket.sendText("{\"ping\":9}", true).join();
			assertThat(frames.poll(10, TimeUnit.SECONDS)).isEqualTo("{\"pong\":9}");
		}
		finally {
			socket.abort();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "json", "sse", "websocket" })
	void clientWhenConnectionBreaksShouldReceiveEachMessageOnce(String transport)
			throws IOException, InterruptedException {
		assumeTrue(hasNode(), "No Node with these transports");
		Channel a = obtain("a");
		Channel b = obtain("b");
		obtain("c");
		int last = 1500;
		Process node = new ProcessBuilder("node", "--no-warnings", "--experimental-websocket",
				"--experimental-eventsource", "testing/storm.js", "http://localhost:" + server.port() + "/comet",
				transport, String.valueOf(last))
			.directory(SOURCES.toFile())
			.redirectError(ProcessBuilder.Redirect.INHERIT)
			.start();
		try {
			Await.within(Duration.ofMinutes(1), () -> a.subscribers() == 1 || !node.isAlive());
			Flux.range(1, last)
				.delayElements(Duration.ofMillis(2))
				.concatMap((number) -> a.publish(number.toString()).then(b.publish(number.toString())))
				.then()
				.block(Duration.ofMinutes(1));
			String report = new String(node.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
			assertThat(node.waitFor(30, TimeUnit.SECONDS)).isTrue();
			assertThat(report).startsWith("{\"problems\":[],");
		}
		finally {
			node.destroyForcibly();
			Stream.of(a, b).map(Channel::close).forEach((closed) -> closed.block(PATIENCE));
		}
	}

	private static Channel obtain(String name) {
		return server.channels().obtain(name).blockOptional(PATIENCE).orElseThrow();
	}

	private static boolean hasNode() throws InterruptedException {
		try {
			return new ProcessBuilder("node", "--experimental-websocket", "--experimental-eventsource", "-e", "0")
				.redirectErrorStream(true)
				.start()
				.waitFor() == 0;
		}
		catch (IOException ex) {
			return false;
		}
	}

}
