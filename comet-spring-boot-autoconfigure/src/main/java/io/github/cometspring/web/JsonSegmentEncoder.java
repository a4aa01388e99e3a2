package io.github.cometspring.web;

import java.util.function.Function;

import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Segment;

/**
 * Encodes the messages of a segment as JSON, once for all clients that share it.
 */
final class JsonSegmentEncoder {

	private static final Function<Segment, byte[]> JOINED = (segment) -> JsonCodec
		.join(segment.messages().stream().map(JsonCodec::encodeMessage).toList());

	private JsonSegmentEncoder() {
	}

	/**
	 * The messages of a segment in one piece.
	 * @param segment the segment, which has a message
	 * @return the encoded messages in order, with commas between them, not to be changed
	 */
	static byte[] joined(Segment segment) {
		return segment.encoded(JOINED);
	}

}
