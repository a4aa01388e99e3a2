package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.protocol.ClientMessage;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.protocol.MalformedMessageException;
import io.github.cometspring.subscription.Batch;
import io.github.cometspring.subscription.Caller;
import io.github.cometspring.subscription.Dialect;
import io.github.cometspring.subscription.Ending;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.Segment;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import io.github.cometspring.subscription.SubscriptionRequest;
import io.github.cometspring.subscription.Transport;
import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;

/**
 * Long polling with JSON (protocol, section 3).
 *
 * @since 0.1.0
 */
public final class JsonPollDialect implements PollDialect {

	private static final Dialect DIALECT = new Dialect(Transport.JSON, JsonCodec::encodedLength);

	private static final AsciiString JSON = new AsciiString(MediaType.APPLICATION_JSON_VALUE);

	private static final AsciiString PROBLEM_JSON = new AsciiString(MediaType.APPLICATION_PROBLEM_JSON_VALUE);

	private static final Function<Segment, PollAnswer> ALONE = (segment) -> ok(JsonBatchEncoder.encodeAlone(segment));

	/**
	 * Creates the JSON dialect of polls.
	 */
	public JsonPollDialect() {
		// No settings
	}

	@Override
	public Dialect dialect() {
		return DIALECT;
	}

	@Override
	public boolean speaks(@Nullable String contentType) {
		return contentType != null && isJson(contentType);
	}

	static boolean isJson(String contentType) {
		// Parameters are ignored, an unknown charset too (protocol, section 7).
		return contentType.split(";", 2)[0].strip().equalsIgnoreCase(MediaType.APPLICATION_JSON_VALUE);
	}

	@Override
	public SubscriptionRequest read(Function<String, List<String>> headers, byte[] body, Caller caller) {
		ClientMessage message = decode(body);
		if (message.channels().isEmpty()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "No channels");
		}
		Map<String, Cursor> starts = new LinkedHashMap<>();
		List<String> misplaced = new ArrayList<>();
		for (String channel : message.channels()) {
			if (message.misplaced().contains(channel)) {
				misplaced.add(channel);
			}
			else {
				starts.put(channel, message.start(channel));
			}
		}
		return new SubscriptionRequest(starts, Refusals.NONE.and(misplaced, Refusals.Reason.CURSOR),
				wholeSeconds(message.timeout()), Callers.presenting(caller, message.grants()));
	}

	private static ClientMessage decode(byte[] bytes) {
		try {
			return ClientMessage.decode(bytes);
		}
		catch (MalformedMessageException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Rounds a client's timeout up. Each length of timeout has a deadline queue of its
	 * own, and a client must not create many.
	 */
	private static @Nullable Duration wholeSeconds(@Nullable Duration timeout) {
		if (timeout == null || timeout.getNano() == 0 || timeout.getSeconds() == Long.MAX_VALUE) {
			return timeout;
		}
		return Duration.ofSeconds(timeout.getSeconds() + 1);
	}

	@Override
	public PollAnswer answer(Batch batch) {
		if (batch.ending() == Ending.EXPIRED) {
			return problem(HttpStatus.UNAUTHORIZED, Map.of(), Problem.encode(HttpStatus.UNAUTHORIZED, Problem.EXPIRED,
					batch.cursor().token(), batch.refused(), null));
		}
		if (batch.ending() == Ending.KILLED || batch.ending() == Ending.SHUTTING_DOWN) {
			return problem(HttpStatus.SERVICE_UNAVAILABLE, Map.of(), Problem.encode(HttpStatus.SERVICE_UNAVAILABLE,
					"Comet ended the poll", batch.cursor().token(), batch.refused(), null));
		}
		return batch.isOneChannel() ? batch.segments().get(0).encoded(ALONE) : ok(JsonBatchEncoder.encode(batch, null));
	}

	private static PollAnswer ok(byte[] body) {
		return new PollAnswer(HttpStatus.OK, JSON, Map.of(), body);
	}

	@Override
	public PollAnswer refuse(HttpStatus status, @Nullable String sentence) {
		return problem(status, Map.of(), Problem.encode(status, sentence, null, Refusals.NONE, null));
	}

	@Override
	public PollAnswer refuse(SubscriptionRejectedException rejected) {
		return problem(HttpStatuses.of(rejected), CometHeaders.of(rejected), Problem.encode(rejected));
	}

	static PollAnswer problem(HttpStatus status, Map<String, String> headers, byte[] problem) {
		return new PollAnswer(status, PROBLEM_JSON, headers, problem);
	}

}
