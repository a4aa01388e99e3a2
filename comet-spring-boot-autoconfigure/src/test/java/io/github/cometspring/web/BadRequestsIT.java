package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.SetsFastPath;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Generated polls and streams over real sockets (protocol, sections 3, 4 and 7). The seed
 * is printed; to repeat a run, set it as the system property {@code comet.test.seed}.
 */
@SetsFastPath
class BadRequestsIT {

	private static final JsonMapper JSON = new JsonMapper();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int POLLS = 6_000;

	private static final int STREAMS = 4_000;

	private static final int LIMIT = 2048;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private static Channel channel;

	private final TreeMap<Integer, Integer> answers = new TreeMap<>();

	private long seed;

	private BadInput input;

	private RawConnection client;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.timeout=1ms", "comet.max-request-size=2KB",
				"comet.max-channels-per-request=1000");
		channel = server.create("a");
		channel.publish("1").block(PATIENCE);
		server.create("b");
	}

	@AfterAll
	static void stop() {
		server.close();
		assertThat(log.ownMessages()).isEmpty();
	}

	@BeforeEach
	void seed() {
		this.seed = Long.getLong("comet.test.seed", System.nanoTime());
		System.out.println("-Dcomet.test.seed=" + this.seed);
		this.input = new BadInput(new Random(this.seed),
				Objects.requireNonNull(channel.cursor().block(PATIENCE)).token());
		this.client = RawConnection.open(server.port());
	}

	@AfterEach
	void serverShouldWork() {
		System.out.println("Bad requests were answered with " + this.answers);
		this.client.close();
		Await.until(() -> server.connections(Transport.JSON) + server.connections(Transport.SSE) == 0);
		assertThat(server.poll("registration=unknown").body()).isEqualTo("unknown:ENDED_CHANNEL");
	}

	@Test
	void pollsShouldBeAnsweredAsTheProtocolSays() {
		for (int i = 0; i < POLLS; i++) {
			byte[] body = this.input.message(LIMIT);
			Answer answer = post(body);
			assertThat(answer.status()).as(said(i, body)).isIn(expected(body));
			this.answers.merge(answer.status(), 1, Integer::sum);
			JsonNode json = JSON.readTree(answer.bytes());
			assertThat(answer.header("Content-Type")).as(said(i, body))
				.isEqualTo((answer.status() == 200) ? "application/json" : "application/problem+json");
			assertThat(json.has((answer.status() == 200) ? "cursor" : "title")).as(said(i, body)).isTrue();
			if ("close".equalsIgnoreCase(answer.header("Connection"))) {
				reopen();
			}
		}
		assertThat(this.answers).containsOnlyKeys(200, 400, 413);
	}

	private static Set<Integer> expected(byte[] body) {
		return BadMessage.of(body, LIMIT).stream().map((kind) -> switch (kind) {
			case TOO_BIG -> 413;
			case NO_TEXT, NO_OBJECT, WRONG -> 400;
			case FINE -> leavesChannels(body) ? 200 : 400;
		}).collect(Collectors.toSet());
	}

	private static boolean leavesChannels(byte[] body) {
		try {
			JsonNode json = JSON.readTree(new String(body, StandardCharsets.UTF_8));
			Set<String> misplaced = BadMessage.misplaced(json);
			return json.path("channels").valueStream().anyMatch((id) -> !misplaced.contains(id.stringValue()));
		}
		catch (JacksonException ex) {
			return false;
		}
	}

	@Test
	void streamsShouldBeAnsweredAsTheProtocolSays() {
		for (int i = 0; i < STREAMS; i++) {
			String query = this.input.query();
			this.client.send("GET /comet?" + query
					+ " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Length: 0\r\n\r\n");
			Answer answer = this.client.readWithoutBody();
			assertThat(answer.status()).as(said(i, query.getBytes(StandardCharsets.ISO_8859_1))).isIn(200, 204, 400);
			this.answers.merge(answer.status(), 1, Integer::sum);
			if (answer.status() != 204) {
				reopen();
			}
		}
		assertThat(this.answers).containsOnlyKeys(200, 204, 400);
	}

	private Answer post(byte[] body) {
		return this.client
			.send("POST /comet HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
					+ body.length + "\r\n\r\n")
			.send(body)
			.read();
	}

	private void reopen() {
		this.client.close();
		this.client = RawConnection.open(server.port());
	}

	private String said(int number, byte[] bytes) {
		return "-Dcomet.test.seed=%d, request %d: '%s' (%s)".formatted(this.seed, number,
				new String(bytes, StandardCharsets.UTF_8), HexFormat.of().formatHex(bytes));
	}

}
