package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;
import org.jspecify.annotations.Nullable;

/**
 * Encodes a batch as one server message: the answer to a poll, or a frame (protocol,
 * sections 3 and 5).
 */
final class JsonBatchEncoder {

	private JsonBatchEncoder() {
	}

	/**
	 * Encodes a batch.
	 * @param batch the batch
	 * @param pong the number of a ping that this answers, or {@code null} for none
	 * @return the JSON in UTF-8, which the caller may change
	 */
	static byte[] encode(Batch batch, @Nullable Long pong) {
		return encode(batch.segments(), batch.token(), batch.refused(), pong);
	}

	/**
	 * Encodes the batch of a client that listens to one channel.
	 * @param segment the only segment of the batch
	 * @return the JSON in UTF-8
	 */
	static byte[] encodeAlone(Segment segment) {
		return encode(List.of(segment), segment.token(), Refusals.NONE, null);
	}

	private static byte[] encode(List<Segment> segments, byte[] cursor, Refusals refused, @Nullable Long pong) {
		List<byte[]> messages = new ArrayList<>(segments.size());
		List<String> ended = List.of();
		List<String> gaps = List.of();
		for (Segment segment : segments) {
			if (!segment.messages().isEmpty()) {
				messages.add(JsonSegmentEncoder.joined(segment));
			}
			if (segment.isGap()) {
				gaps = with(gaps, segment.channel());
			}
			if (segment.isEnded()) {
				ended = with(ended, segment.channel());
			}
		}
		return JsonCodec.encodeBatch(cursor, messages, ended, gaps, refused.channels(), refused.why(), pong);
	}

	/**
	 * Adds to a list that is made for its first element, because most batches have none.
	 */
	private static List<String> with(List<String> list, String element) {
		List<String> target = list.isEmpty() ? new ArrayList<>() : list;
		target.add(element);
		return target;
	}

}
