package io.github.cometspring.soak;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;

/**
 * A client that does harm in one way, again and again. Confined to the thread of its
 * loop.
 */
final class HostileClient implements Peer {

	private static final int BETWEEN_WAVES_MILLIS = 250;

	private static final int LONGEST_PAUSE_MILLIS = 1_000;

	private static final String POST = "POST /comet HTTP/1.1\r\nHost: localhost\r\n"
			+ "Content-Type: application/x-ocsigen-comet\r\n";

	private static final String HANDSHAKE = "GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
			+ "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
			+ "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

	private final ClientLoop loop;

	private final int port;

	private final Kind kind;

	private final String channel;

	private final AtomicInteger acts;

	private final Random random;

	private @Nullable Link link;

	private boolean stopped;

	/**
	 * Creates a client.
	 * @param loop its loop
	 * @param port the port of the server
	 * @param kind what it does
	 * @param channel a channel that others listen to
	 * @param acts counts its connections
	 * @param seed decides when it comes
	 */
	HostileClient(ClientLoop loop, int port, Kind kind, String channel, AtomicInteger acts, long seed) {
		this.loop = loop;
		this.port = port;
		this.kind = kind;
		this.channel = channel;
		this.acts = acts;
		this.random = new Random(seed);
	}

	void come() {
		this.loop.schedule(this::connect, this.random.nextInt(LONGEST_PAUSE_MILLIS));
	}

	private void connect() {
		if (!this.stopped) {
			this.link = this.loop.connect(this.port, this);
		}
	}

	void stop() {
		this.stopped = true;
		if (this.link != null) {
			this.link.close();
		}
	}

	@Override
	public void connected(Link link) {
		this.acts.incrementAndGet();
		link.setReading(this.kind != Kind.UNREAD_STREAM);
		link.send(this.kind.opening.replace("CHANNEL", this.channel));
		switch (this.kind) {
			case RESET -> {
				link.reset();
				come();
			}
			case HALF_OPEN -> link.closeOutput();
			default -> wave(link);
		}
	}

	private void wave(Link link) {
		if (link.isOver()) {
			return;
		}
		if (link.isFlushed() && this.kind.wave.length > 0) {
			link.send(this.kind.wave);
		}
		this.loop.schedule(() -> wave(link), BETWEEN_WAVES_MILLIS);
	}

	@Override
	public void received(Link link, ByteBuffer data) {
		// It does not care.
	}

	@Override
	public void ended(Link link) {
		come();
	}

	/**
	 * The ways of doing harm.
	 */
	enum Kind {

		/** The head of a request comes byte by byte. */
		SLOW_HEAD(POST + "X-Slow: ", "y"),

		/** So does the body. */
		SLOW_BODY(POST + "Content-Length: 10000\r\n\r\n", "y"),

		/** What is sent is no HTTP. */
		GARBAGE("\u0000\u0001\u00ff\u00fe\r\n".repeat(100), "\u0000\u00ff\r\n\r\n"),

		/** The head of a request has no end. */
		HUGE_HEAD(POST, ("X-Long: " + "y".repeat(1_000) + "\r\n").repeat(4)),

		/** The body of a request is large. */
		HUGE_BODY(POST + "Content-Length: 1000000000\r\n\r\n", "y".repeat(8_000)),

		/** Many requests come at once, and more before they are answered. */
		PIPELINED(poll().repeat(5), poll().repeat(10)),

		/** A stream is requested and not read. */
		UNREAD_STREAM("GET /comet?channel=CHANNEL HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n",
				""),

		/** The frames of a WebSocket are malformed. */
		BAD_FRAMES(HANDSHAKE, text(RawWebSocket.frame(0xFF, false, new byte[100]))),

		/** Half of a request comes, and the end of the output. */
		HALF_OPEN(POST + "Content-Length: 10\r\n\r\nregis", ""),

		/** A poll comes, and then a reset. */
		RESET(POST + "Content-Length: 20\r\n\r\nregistration=CHANNEL", ""),

		/** A WebSocket changes its channels all the time. */
		STORM(HANDSHAKE, (message("{\"subscribe\":[\"none\"]}") + message("{\"unsubscribe\":[\"none\"]}")).repeat(10));

		private final String opening;

		private final byte[] wave;

		Kind(String opening, String wave) {
			this.opening = opening;
			this.wave = wave.getBytes(StandardCharsets.ISO_8859_1);
		}

		private static String poll() {
			return POST + "Content-Length: 17\r\n\r\nregistration=none";
		}

		private static String message(String json) {
			return text(RawWebSocket.frame(0x80 | RawWebSocket.TEXT, true, json.getBytes(StandardCharsets.US_ASCII)));
		}

		private static String text(byte[] bytes) {
			return new String(bytes, StandardCharsets.ISO_8859_1);
		}

	}

}
