package io.github.cometspring.soak;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;

/**
 * A WebSocket.
 */
final class SocketTalk extends Talk {

	private static final int FINAL = 0x80;

	private static final int NO_CODE = 1005;

	private final Head head = new Head();

	private String subscription = "";

	private boolean subscribed;

	SocketTalk(Audience audience) {
		super(audience);
	}

	@Override
	void ask(Link link, List<String> channels, @Nullable String cursor, String headers) {
		this.subscription = json("subscribe", channels, cursor);
		link.send("GET /comet HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
				+ "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
				+ "Sec-WebSocket-Protocol: comet.v1\r\n" + headers + "\r\n");
	}

	/**
	 * Listens to one more channel, from now on.
	 */
	static void subscribe(Link link, String channel) {
		sendText(link, json("subscribe", List.of(channel), null));
	}

	private static void sendText(Link link, String text) {
		link.send(RawWebSocket.frame(FINAL | RawWebSocket.TEXT, true, text.getBytes(StandardCharsets.US_ASCII)));
	}

	@Override
	void read(Link link, Inbox in) {
		if (!this.head.read(in)) {
			return;
		}
		if (this.head.status() != 101) {
			audience().over(this.head.status());
			return;
		}
		if (!this.subscribed) {
			this.subscribed = true;
			sendText(link, this.subscription);
		}
		while (!link.isOver() && in.size() >= 2) {
			int extended = switch (in.peek(1)) {
				case 126 -> 2;
				case 127 -> 8;
				default -> 0;
			};
			if (in.size() < 2 + extended) {
				return;
			}
			int length = (extended == 0) ? in.peek(1) : 0;
			for (int i = 0; i < extended; i++) {
				length = (length << 8) | in.peek(2 + i);
			}
			if (in.size() < 2 + extended + length) {
				return;
			}
			int opcode = in.take(2 + extended)[0] & 0xF;
			frame(link, opcode, in.take(length));
		}
	}

	private void frame(Link link, int opcode, byte[] payload) {
		switch (opcode) {
			case RawWebSocket.TEXT -> tell(parse(new String(payload, StandardCharsets.UTF_8)));
			case RawWebSocket.PING -> link.send(RawWebSocket.frame(FINAL | RawWebSocket.PONG, true, payload));
			case RawWebSocket.CLOSE ->
				audience().over((payload.length >= 2) ? ((payload[0] & 0xFF) << 8) | (payload[1] & 0xFF) : NO_CODE);
			default -> audience().wrong("Opcode " + opcode);
		}
	}

}
