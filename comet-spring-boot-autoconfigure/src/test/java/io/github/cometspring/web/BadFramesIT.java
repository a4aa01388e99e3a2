package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
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
import io.github.cometspring.testing.RawWebSocket;
import io.github.cometspring.testing.RawWebSocket.Frame;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Generated frames over real sockets (protocol, sections 5 and 7). The seed is printed;
 * to repeat a run, set it as the system property {@code comet.test.seed}.
 */
@SetsFastPath
class BadFramesIT {

	private static final JsonMapper JSON = new JsonMapper();

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int FRAMES = 10_000;

	private static final int BROKEN_FRAMES = 1_000;

	private static final int LATE_FRAMES = 200;

	private static final int LIMIT = 2048;

	// The first number of the pings that check whether the connection goes on
	private static final long SENTINEL = 1_000_000_000_000L;

	private static final Set<String> MEMBERS = Set.of("messages", "cursor", "ended", "gaps", "refused", "why", "error",
			"pong");

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private static Channel channel;

	private final TreeMap<String, Integer> answers = new TreeMap<>();

	private long seed;

	private BadInput input;

	private RawWebSocket socket;

	@BeforeAll
	static void start() {
		server = CometServer.start("comet.max-request-size=2KB", "comet.max-channels-per-request=1000");
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
		this.socket = RawWebSocket.open(server.port());
	}

	@AfterEach
	void serverShouldWork() {
		System.out.println("Bad frames were answered with " + this.answers);
		this.socket.close();
		Await.until(() -> server.connections(Transport.WEBSOCKET) == 0);
		try (RawWebSocket good = RawWebSocket.open(server.port())) {
			good.send("{\"subscribe\":[\"a\"]}").text();
			channel.publish("good").block(PATIENCE);
			assertThat(good.text()).contains("\"good\"");
		}
	}

	@Test
	void framesShouldBeAnsweredAsTheProtocolSays() {
		for (int i = 0; i < FRAMES; i++) {
			byte[] payload = this.input.message(LIMIT);
			boolean binary = this.input.oneIn(50);
			Set<BadMessage> kinds = BadMessage.of(payload, LIMIT);
			send(payload, binary, kinds.contains(BadMessage.TOO_BIG));
			if (!binary && (kinds.contains(BadMessage.WRONG) || kinds.contains(BadMessage.FINE))) {
				this.socket.send("{\"ping\":" + (SENTINEL + i) + "}");
			}
			String answer = answer(SENTINEL + i);
			assertThat(answer).as(said(i, payload))
				.matches(kinds.stream().map((kind) -> expected(kind, binary)).collect(Collectors.joining("|")));
			note(answer);
		}
		assertThat(this.answers).containsKeys("goes on", "error", "close 1008", "close 1009");
	}

	private static String expected(BadMessage kind, boolean binary) {
		return switch (kind) {
			case TOO_BIG -> "close 1009";
			case NO_TEXT -> "close 100[78]";
			case NO_OBJECT -> "close 1008";
			case WRONG -> binary ? "close 1008" : "error";
			case FINE -> binary ? "close 1008" : "goes on";
		};
	}

	@Test
	void framesWhenBrokenShouldEndTheConnectionOrBeIgnored() {
		for (int i = 0; i < BROKEN_FRAMES; i++) {
			byte[] payload = this.input.bytes(this.input.below(200));
			byte[] frame = RawWebSocket.frame(this.input.below(256), !this.input.oneIn(4), payload);
			this.socket.sendRaw(frame);
			// A close frame ends the connection in any case.
			this.socket.sendRaw(RawWebSocket.frame(0x88, true, new byte[] { 0x03, (byte) 0xE8 }));
			String answer;
			do {
				answer = this.socket.text();
			}
			while (answer.startsWith("{"));
			// The code may also be that of the broken frame.
			assertThat(answer).as(said(i, frame)).matches("close [0-9]+|cut");
			note(answer);
			assertThat(this.socket.connection().drain()).as(said(i, frame)).isTrue();
			reopen();
		}
	}

	@Test
	void framesWhenTheyComeAfterTheEndShouldBeIgnored() {
		byte[] more = RawWebSocket.frame(0x81, true, "{\"ping\":1}".getBytes(StandardCharsets.US_ASCII));
		for (int i = 0; i < LATE_FRAMES; i++) {
			ByteArrayOutputStream bytes = new ByteArrayOutputStream();
			bytes.writeBytes(RawWebSocket.frame(this.input.oneIn(2) ? 0x81 : 0x82, true, new byte[] { '7' }));
			for (int j = this.input.below(50); j > 0; j--) {
				bytes.writeBytes(more);
			}
			// The start of a further message, or an invalid frame
			bytes.writeBytes(this.input.oneIn(2) ? RawWebSocket.frame(RawWebSocket.TEXT, true, more)
					: RawWebSocket.frame(0x87, true, new byte[this.input.below(2 * LIMIT)]));
			this.socket.sendRaw(bytes.toByteArray());
			assertThat(this.socket.text()).isIn("close 1008", "cut");
			assertThat(this.socket.connection().drain()).isTrue();
			reopen();
		}
	}

	/**
	 * Sends a message, in one frame or several.
	 */
	private void send(byte[] payload, boolean binary, boolean unfragmented) {
		int opcode = binary ? RawWebSocket.BINARY : RawWebSocket.TEXT;
		int sent = 0;
		while (!unfragmented && this.input.oneIn(5)) {
			int end = sent + this.input.below(payload.length - sent + 1);
			this.socket.send(opcode, false, Arrays.copyOfRange(payload, sent, end));
			opcode = RawWebSocket.CONTINUATION;
			sent = end;
		}
		this.socket.send(opcode, true, Arrays.copyOfRange(payload, sent, payload.length));
	}

	/**
	 * Reads until the connection ends or answers the ping.
	 * @return {@code error}, {@code goes on}, or how the connection ended
	 */
	private String answer(long sentinel) {
		String answer = "goes on";
		while (true) {
			Frame frame = this.socket.read();
			if (frame == null || frame.opcode() == RawWebSocket.CLOSE) {
				reopen();
				return (frame != null) ? "close " + frame.closeCode() : "cut";
			}
			JsonNode json = JSON.readTree(frame.payload());
			assertThat(MEMBERS).containsAll(json.propertyNames());
			if (json.path("pong").asLong(0) == sentinel) {
				return answer;
			}
			if (json.has("error")) {
				answer = "error";
			}
		}
	}

	private void reopen() {
		this.socket.close();
		this.socket = RawWebSocket.open(server.port());
	}

	private void note(String answer) {
		this.answers.merge(answer, 1, Integer::sum);
	}

	private String said(int number, byte[] bytes) {
		return "-Dcomet.test.seed=%d, frame %d: '%s' (%s)".formatted(this.seed, number,
				new String(bytes, StandardCharsets.UTF_8), HexFormat.of().formatHex(bytes));
	}

}
