package io.github.cometspring.web;

import java.util.List;
import java.util.Map;

import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Ending;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * How a request for an event stream is answered when its first batch is known: the same
 * on the default path and on the fast path.
 */
enum StreamAnswer {

	/**
	 * The events, beginning with the first batch.
	 */
	EVENTS(HttpStatus.OK, null),

	/**
	 * All channels have ended. This status stops an EventSource from reconnecting.
	 */
	NOTHING_LEFT(HttpStatus.NO_CONTENT, null),

	/**
	 * The right to read has run out.
	 */
	EXPIRED(HttpStatus.UNAUTHORIZED, Problem.EXPIRED),

	/**
	 * An operator or the shutdown of the server has ended the stream.
	 */
	ENDED(HttpStatus.SERVICE_UNAVAILABLE, "Comet ended the stream");

	/**
	 * The headers of an answer with events, besides those of every answer.
	 */
	static final List<Map.Entry<String, String>> HEADERS = List.of(
			Map.entry(HttpHeaders.CONTENT_TYPE, MediaType.TEXT_EVENT_STREAM_VALUE + ";charset=UTF-8"),
			// Tells nginx and similar proxies not to buffer the events.
			Map.entry("X-Accel-Buffering", "no"));

	private final HttpStatus status;

	private final @Nullable String sentence;

	StreamAnswer(HttpStatus status, @Nullable String sentence) {
		this.status = status;
		this.sentence = sentence;
	}

	HttpStatus status() {
		return this.status;
	}

	/**
	 * The sentence of the problem.
	 * @return the sentence, or {@code null} if this is no problem
	 */
	@Nullable String sentence() {
		return this.sentence;
	}

	/**
	 * The answer to a client.
	 * @param first the first batch for it
	 * @param query its request
	 */
	static StreamAnswer to(Batch first, EventStreamQuery query) {
		Ending ending = first.ending();
		if (ending == Ending.CHANNELS_ENDED
				&& first.segments().stream().allMatch((segment) -> segment.messages().isEmpty() && !segment.isGap())
				// A client that reconnects has received the refusals before.
				&& (first.refused().isEmpty() || query.isReconnect())) {
			return NOTHING_LEFT;
		}
		if (ending == Ending.EXPIRED && first.segments().isEmpty()) {
			return EXPIRED;
		}
		return (ending == Ending.KILLED || ending == Ending.SHUTTING_DOWN) ? ENDED : EVENTS;
	}

}
