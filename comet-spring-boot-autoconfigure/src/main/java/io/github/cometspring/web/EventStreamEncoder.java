package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Function;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Positions;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.protocol.PlainEventCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;

/**
 * Encodes batches as server-sent events (protocol, section 4), in one of three forms.
 * Each event has the cursor after it as its id, so that a client that loses its
 * connection within a batch resumes within it. The events are collected in parts, many of
 * which clients share, and then each byte is copied once. There is one encoder for each
 * form, so that a segment keeps its bytes in each of them.
 */
final class EventStreamEncoder {

	/**
	 * The size of an event without its message, with the cursor of one channel.
	 */
	private static final int OVERHEAD = 40;

	private static final int RETRY_MILLIS = 1000;

	// No id of a channel has a colon, so no message has the type of a notice.
	private static final String PLAIN_NOTICE = "comet:";

	private static final byte[] ID = ascii("id: ");

	private static final byte[] DATA = ascii("data: ");

	private static final byte[] LINE_END = ascii("\n");

	private static final byte[] END = ascii("\n\n");

	private static final byte[] CRLF = ascii("\r\n");

	private static final byte[] NOTHING = new byte[0];

	/**
	 * The data of an event is an object with the id of the channel and the data of the
	 * message.
	 */
	static final EventStreamEncoder JSON = new EventStreamEncoder("",
			(message) -> List.of(LINE_END, DATA, JsonCodec.encodeMessage(message), END));

	/**
	 * The data of an event is that of the message, and its type the id of the channel.
	 */
	static final EventStreamEncoder PLAIN = new EventStreamEncoder(PLAIN_NOTICE,
			(message) -> List.of(LINE_END, PlainEventCodec.encodeMessage(message, true), END));

	/**
	 * The data of an event is that of the message, and its type the default one.
	 */
	static final EventStreamEncoder PLAIN_UNTYPED = new EventStreamEncoder(PLAIN_NOTICE,
			(message) -> List.of(LINE_END, PlainEventCodec.encodeMessage(message, false), END));

	private final byte[] heartbeat;

	private final byte[] expired;

	private final byte[] refused;

	private final byte[] ended;

	private final byte[] gap;

	/**
	 * The events of the messages, each without the cursor, with which it begins.
	 */
	private final Function<Segment, List<byte[]>> events;

	private final Function<Segment, byte[]> alone = this::encodeAlone;

	private final Function<Segment, byte[]> aloneAsChunk = (segment) -> chunk(List.of(encodeAlone(segment)));

	/**
	 * Creates an encoder.
	 * @param notice the beginning of the types of events that are not messages
	 * @param event the event of a message, in parts, without the cursor, with which it
	 * begins
	 */
	private EventStreamEncoder(String notice, Function<Message, List<byte[]>> event) {
		this.heartbeat = ascii("event: " + notice + "heartbeat\ndata: {}\n\n");
		this.expired = ascii("event: " + notice + "expired\ndata: {}\n\n");
		this.refused = ascii("event: " + notice + "refused\ndata: ");
		this.ended = ascii("event: " + notice + "ended\ndata: ");
		this.gap = ascii("event: " + notice + "gap\ndata: ");
		this.events = (segment) -> segment.messages().stream().map((message) -> join(event.apply(message))).toList();
	}

	/**
	 * Returns an upper bound for the size of an event in any form, with the cursor of one
	 * channel. All forms have the same bound, so that their clients share segments.
	 * @param message the message
	 * @return the bound in bytes
	 */
	static long size(Message message) {
		return OVERHEAD + JsonCodec.encodedLength(message) + PlainEventCodec.countLineEnds(message.data());
	}

	/**
	 * Encodes a batch.
	 * @param batch the batch
	 * @param opening whether it is the first of the stream
	 * @return the events
	 */
	byte[] encode(Batch batch, boolean opening) {
		if (!opening && batch.isOneChannel()) {
			return batch.segments().get(0).encoded(this.alone);
		}
		return join(parts(batch, opening));
	}

	/**
	 * Encodes a batch other than the first as a chunk of HTTP/1.1.
	 * @param batch the batch
	 * @return the events in a chunk, or no bytes if there are no events
	 */
	byte[] encodeChunk(Batch batch) {
		return batch.isOneChannel() ? batch.segments().get(0).encoded(this.aloneAsChunk) : chunk(parts(batch, false));
	}

	private List<byte[]> parts(Batch batch, boolean opening) {
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
			parts.add(this.heartbeat);
		}
		if (!batch.refused().isEmpty()) {
			batch.refused().reasons().forEach((channel, reason) -> addRefused(parts, channel, reason));
		}
		for (Segment segment : segments) {
			addSegment(parts, segment, positions);
		}
		if (batch.ending() == Ending.EXPIRED) {
			parts.add(this.expired);
		}
		return parts;
	}

	private byte[] encodeAlone(Segment segment) {
		List<byte[]> parts = new ArrayList<>();
		addGap(parts, segment);
		addSegment(parts, segment, segment.startingPositions());
		return join(parts);
	}

	private void addSegment(List<byte[]> parts, Segment segment, Positions positions) {
		List<byte[]> events = segment.encoded(this.events);
		for (int i = 0; i < events.size(); i++) {
			segment.pass(i, positions);
			addId(parts, positions);
			parts.add(events.get(i));
		}
		if (segment.isEnded()) {
			segment.leave(positions);
			addNotice(parts, this.ended, segment.channel());
		}
	}

	private void addGap(List<byte[]> parts, Segment segment) {
		if (segment.isGap()) {
			addNotice(parts, this.gap, segment.channel());
		}
	}

	private static void addId(List<byte[]> parts, Positions positions) {
		parts.add(ID);
		parts.add(positions.token());
	}

	private void addRefused(List<byte[]> parts, String channel, Refusals.Reason reason) {
		parts.add(this.refused);
		parts.add(JsonCodec.encodeRefused(channel, reason.why()));
		parts.add(END);
	}

	private static void addNotice(List<byte[]> parts, byte[] notice, String channel) {
		parts.add(notice);
		parts.add(JsonCodec.encodeMember("channel", channel));
		parts.add(END);
	}

	/**
	 * Puts events into a chunk of HTTP/1.1.
	 * @param events the events, not empty
	 * @return the chunk
	 */
	static byte[] chunk(byte[] events) {
		return chunk(List.of(events));
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
