package io.github.cometspring.web;

import java.nio.ByteBuffer;
import java.util.function.Function;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Segment;
import org.jspecify.annotations.Nullable;

import org.springframework.web.reactive.socket.WebSocketMessage;

/**
 * Writes frames straight to a socket (RFC 6455, section 5.2). A frame that many clients
 * share is encoded once.
 */
final class DirectFrameWriter implements FrameWriter {

	private static final int FINAL = 0x80;

	private static final int LONGEST_HEADER = 10;

	private static final int MOST_IN_7_BITS = 125;

	private static final int MOST_IN_16_BITS = 0xFFFF;

	// The values in place of the length that say that it follows (RFC 6455, section 5.2)
	private static final int LENGTH_IN_16_BITS = 126;

	private static final int LENGTH_IN_64_BITS = 127;

	private static final Function<Segment, byte[]> ALONE = (segment) -> frame(WebSocketMessage.Type.TEXT,
			JsonBatchEncoder.encodeAlone(segment));

	private final ClientSocket socket;

	DirectFrameWriter(ClientSocket socket) {
		this.socket = socket;
	}

	@Override
	public ClientSocket socket() {
		return this.socket;
	}

	@Override
	public void write(WebSocketMessage.Type type, byte[] payload, WriteListener listener) {
		this.socket.write(frame(type, payload), listener);
	}

	@Override
	public void writeBatch(Batch batch, @Nullable Long pong, WriteListener listener) {
		boolean shared = pong == null && batch.isOneChannel();
		byte[] frame = shared ? batch.segments().get(0).encoded(ALONE)
				: frame(WebSocketMessage.Type.TEXT, JsonBatchEncoder.encode(batch, pong));
		batch.encoded(frame.length);
		if (shared) {
			this.socket.writeShared(frame, listener);
		}
		else {
			this.socket.write(frame, listener);
		}
	}

	private static byte[] frame(WebSocketMessage.Type type, byte[] payload) {
		int header = (payload.length <= MOST_IN_7_BITS) ? 2 : (payload.length <= MOST_IN_16_BITS) ? 4 : LONGEST_HEADER;
		ByteBuffer frame = ByteBuffer.allocate(header + payload.length);
		frame.put((byte) (FINAL | opcode(type)));
		if (payload.length <= MOST_IN_7_BITS) {
			frame.put((byte) payload.length);
		}
		else if (payload.length <= MOST_IN_16_BITS) {
			frame.put((byte) LENGTH_IN_16_BITS).putShort((short) payload.length);
		}
		else {
			frame.put((byte) LENGTH_IN_64_BITS).putLong(payload.length);
		}
		return frame.put(payload).array();
	}

	private static int opcode(WebSocketMessage.Type type) {
		return switch (type) {
			case TEXT -> 0x1;
			case BINARY -> 0x2;
			case PING -> 0x9;
			case PONG -> 0xA;
		};
	}

}
