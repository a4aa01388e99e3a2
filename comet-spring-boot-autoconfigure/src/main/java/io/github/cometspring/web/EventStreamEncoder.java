package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import io.github.cometspring.channel.Positions;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;

/**
 * Encodes batches as server-sent events (protocol, section 4). Each event has the cursor
 * after it as its id, so that a client that loses its connection within a batch resumes
 * within it. The events are collected in parts, many of which clients share, and then
 * each byte is copied once.
 */
final class EventStreamEncoder {

	/**
	 * The size of an event without its message, with the cursor of one channel.
	 */
	static final int OVERHEAD = 40;

	private static final int RETRY_MILLIS = 1000;

	private static final byte[] HEARTBEAT = ascii("event: heartbeat\ndata: {}\n\n");

	private static final byte[] EXPIRED = ascii("event: expired\ndata: {}\n\n");

	private static final byte[] ID = ascii("id: ");

	private static final byte[] REFUSED = ascii("event: refused\ndata: ");

	private static final byte[] DATA = ascii("data: ");

	private static final byte[] LINE_END = ascii("\n");

	private static final byte[] END = ascii("\n\n");

	private static final byte[] CRLF = ascii("\r\n");

	private static final byte[] NOTHING = new byte[0];

	/**
	 * The events of the messages, each without the cursor, with which it begins.
	 */
	private static final Function<Segment, List<byte[]>> EVENTS = (segment) -> segment.messages()
		.stream()
		.map((message) -> join(List.of(LINE_END, DATA, JsonCodec.encodeMessage(message), END)))
		.toList();

	private static final Function<Segment, byte[]> ALONE = EventStreamEncoder::encodeAlone;

	private static final Function<Segment, byte[]> ALONE_AS_CHUNK = (segment) -> chunk(List.of(encodeAlone(segment)));

	private EventStreamEncoder() {
	}

	/**
	 * Encodes a batch.
	 * @param batch the batch
	 * @param opening whether it is the first of the stream
	 * @return the events
	 */
	static byte[] encode(Batch batch, boolean opening) {
		if (!opening && batch.isOneChannel()) {
			return batch.segments().get(0).encoded(ALONE);
		}
		return join(parts(batch, opening));
	}

	/**
	 * Encodes a batch other than the first as a chunk of HTTP/1.1.
	 * @param batch the batch
	 * @return the events in a chunk, or no bytes if there are no events
	 */
	static byte[] encodeChunk(Batch batch) {
		return batch.isOneChannel() ? batch.segments().get(0).encoded(ALONE_AS_CHUNK) : chunk(parts(batch, false));
	}

	private static List<byte[]> parts(Batch batch, boolean opening) {
		List<Segment> segments = batch.segments();
		Positions positions = batch.startingPositions();
		List<byte[]> parts = new ArrayList<>(16);
		if (opening) {
			parts.add(ascii("retry: " + ThreadLocalRandom.current().nextInt(RETRY_MILLIS, 3 * RETRY_MILLIS) + "\n"));
		}
		// Gaps come before any new position, so that a client that loses its connection
		// here gets them again.
		for (Segment segment : segments) {
			addGap(parts, segment);
		}
		if (opening || (segments.isEmpty() && batch.ending() == null)) {
			addId(parts, positions);
			parts.add(LINE_END);
			parts.add(HEARTBEAT);
		}
		if (!batch.refused().isEmpty()) {
			batch.refused().reasons().forEach((channel, reason) -> addRefused(parts, channel, reason));
		}
		for (Segment segment : segments) {
			addSegment(parts, segment, positions);
		}
		if (batch.ending() == Ending.EXPIRED) {
			parts.add(EXPIRED);
		}
		return parts;
	}

	private static byte[] encodeAlone(Segment segment) {
		List<byte[]> parts = new ArrayList<>();
		addGap(parts, segment);
		addSegment(parts, segment, segment.startingPositions());
		return join(parts);
	}

	private static void addSegment(List<byte[]> parts, Segment segment, Positions positions) {
		List<byte[]> events = segment.encoded(EVENTS);
		for (int i = 0; i < events.size(); i++) {
			segment.pass(i, positions);
			addId(parts, positions);
			parts.add(events.get(i));
		}
		if (segment.isEnded()) {
			segment.leave(positions);
			addNotice(parts, "ended", segment.channel());
		}
	}

	private static void addGap(List<byte[]> parts, Segment segment) {
		if (segment.isGap()) {
			addNotice(parts, "gap", segment.channel());
		}
	}

	private static void addId(List<byte[]> parts, Positions positions) {
		parts.add(ID);
		parts.add(positions.token());
	}

	private static void addRefused(List<byte[]> parts, String channel, Refusals.Reason reason) {
		parts.add(REFUSED);
		parts.add(JsonCodec.encodeRefused(channel, reason.why()));
		parts.add(END);
	}

	private static void addNotice(List<byte[]> parts, String event, String channel) {
		parts.add(ascii("event: " + event + "\n"));
		parts.add(DATA);
		parts.add(JsonCodec.encodeMember("channel", channel));
		parts.add(END);
	}

	private static byte[] chunk(List<byte[]> parts) {
		int size = size(parts);
		if (size == 0) {
			// An empty chunk would end the body.
			return NOTHING;
		}
		byte[] head = ascii(Integer.toHexString(size) + "\r\n");
		byte[] chunk = new byte[head.length + size + CRLF.length];
		int at = copy(head, chunk, 0);
		for (byte[] part : parts) {
			at = copy(part, chunk, at);
		}
		copy(CRLF, chunk, at);
		return chunk;
	}

	private static byte[] join(List<byte[]> parts) {
		byte[] joined = new byte[size(parts)];
		int at = 0;
		for (byte[] part : parts) {
			at = copy(part, joined, at);
		}
		return joined;
	}

	private static int size(List<byte[]> parts) {
		int size = 0;
		for (byte[] part : parts) {
			size = Math.addExact(size, part.length);
		}
		return size;
	}

	private static int copy(byte[] source, byte[] target, int at) {
		System.arraycopy(source, 0, target, at, source.length);
		return at + source.length;
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
