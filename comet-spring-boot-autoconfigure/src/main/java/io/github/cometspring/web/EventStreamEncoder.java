package io.github.cometspring.web;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;

/**
 * Encodes batches as server-sent events (protocol, section 4). Each event has the cursor
 * after it as its id, so that a client that loses its connection within a batch resumes
 * within it.
 */
final class EventStreamEncoder {

	/**
	 * The size of an event without its message, with the cursor of one channel.
	 */
	static final int OVERHEAD = 40;

	private static final int RETRY_MILLIS = 1000;

	private static final byte[] HEARTBEAT = ascii("event: heartbeat\ndata: {}\n\n");

	private static final byte[] ID = ascii("id: ");

	private static final byte[] REFUSED = ascii("event: refused\ndata: ");

	private static final byte[] DATA = ascii("data: ");

	private static final byte[] END = ascii("\n\n");

	private static final byte[] CRLF = ascii("\r\n");

	private static final byte[] NOTHING = new byte[0];

	private static final Function<Segment, byte[]> ALONE = EventStreamEncoder::encodeAlone;

	private static final Function<Segment, byte[]> ALONE_AS_CHUNK = (segment) -> chunk(encodeAlone(segment));

	private EventStreamEncoder() {
	}

	/**
	 * Encodes a batch.
	 * @param batch the batch
	 * @param opening whether it is the first of the stream
	 * @return the events
	 */
	static byte[] encode(Batch batch, boolean opening) {
		List<Segment> segments = batch.segments();
		if (!opening && batch.isOneChannel()) {
			return segments.get(0).encoded(ALONE);
		}
		Map<String, Position> positions = batch.startingPositions();
		ByteArrayOutputStream out = new ByteArrayOutputStream(256);
		if (opening) {
			out.writeBytes(
					ascii("retry: " + ThreadLocalRandom.current().nextInt(RETRY_MILLIS, 3 * RETRY_MILLIS) + "\n"));
		}
		// Gaps come before any new position, so that a client that loses its connection
		// here gets them again.
		segments.stream().filter(Segment::isGap).forEach((segment) -> writeNotice(out, "gap", segment.channel()));
		if (opening || (segments.isEmpty() && batch.ending() == null)) {
			writeId(out, positions);
			out.writeBytes(HEARTBEAT);
		}
		batch.refused().reasons().forEach((channel, reason) -> writeRefused(out, channel, reason));
		segments.forEach((segment) -> writeSegment(out, segment, positions));
		return out.toByteArray();
	}

	/**
	 * Encodes a batch other than the first as a chunk of HTTP/1.1.
	 * @param batch the batch
	 * @return the events in a chunk, or no bytes if there are no events
	 */
	static byte[] encodeChunk(Batch batch) {
		return batch.isOneChannel() ? batch.segments().get(0).encoded(ALONE_AS_CHUNK) : chunk(encode(batch, false));
	}

	private static byte[] chunk(byte[] content) {
		if (content.length == 0) {
			// An empty chunk would end the body.
			return NOTHING;
		}
		ByteArrayOutputStream out = new ByteArrayOutputStream(content.length + 16);
		out.writeBytes(ascii(Integer.toHexString(content.length)));
		out.writeBytes(CRLF);
		out.writeBytes(content);
		out.writeBytes(CRLF);
		return out.toByteArray();
	}

	private static byte[] encodeAlone(Segment segment) {
		ByteArrayOutputStream out = new ByteArrayOutputStream(256);
		if (segment.isGap()) {
			writeNotice(out, "gap", segment.channel());
		}
		writeSegment(out, segment, new HashMap<>());
		return out.toByteArray();
	}

	private static void writeSegment(ByteArrayOutputStream out, Segment segment, Map<String, Position> positions) {
		List<byte[]> messages = JsonSegmentEncoder.of(segment);
		for (int i = 0; i < messages.size(); i++) {
			positions.put(segment.channel(), segment.messages().get(i).position());
			writeId(out, positions);
			out.writeBytes(DATA);
			out.writeBytes(messages.get(i));
			out.writeBytes(END);
		}
		if (segment.isEnded()) {
			positions.remove(segment.channel());
			writeNotice(out, "ended", segment.channel());
		}
	}

	private static void writeId(ByteArrayOutputStream out, Map<String, Position> positions) {
		out.writeBytes(ID);
		out.writeBytes(ascii(Cursor.of(positions).token()));
		out.write('\n');
	}

	private static void writeRefused(ByteArrayOutputStream out, String channel, Refusals.Reason reason) {
		out.writeBytes(REFUSED);
		out.writeBytes(JsonCodec.encodeRefused(channel, reason.why()));
		out.writeBytes(END);
	}

	private static void writeNotice(ByteArrayOutputStream out, String event, String channel) {
		out.writeBytes(ascii("event: " + event + "\n"));
		out.writeBytes(DATA);
		out.writeBytes(JsonCodec.encodeMember("channel", channel));
		out.writeBytes(END);
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
