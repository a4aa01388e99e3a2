package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InvalidCursorException;
import io.github.cometspring.channel.Message;
import io.github.cometspring.protocol.LegacyCodec;
import io.github.cometspring.protocol.LegacyEntry;
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

/**
 * Long polling in the legacy dialect (protocol, section 2).
 *
 * @since 0.1.0
 */
public final class LegacyPollDialect implements PollDialect {

	private static final Dialect DIALECT = new Dialect(Transport.LEGACY, LegacyPollDialect::size);

	private static final byte[] EMPTY = new byte[0];

	private static final Function<Segment, PollAnswer> ALONE = LegacyPollDialect::answerAlone;

	private static final Function<Segment, byte[]> ENTRIES = LegacyPollDialect::encodeEntries;

	/**
	 * Creates the legacy dialect of polls.
	 */
	public LegacyPollDialect() {
		// No settings
	}

	private static long size(Message message) {
		// One for the LF before the next entry
		return 1L + LegacyCodec.encodedLength(message.channel(), message.data());
	}

	@Override
	public Dialect dialect() {
		return DIALECT;
	}

	@Override
	public boolean speaks(@Nullable String contentType) {
		return LegacyCodec.isLegacyMediaType(contentType);
	}

	@Override
	public SubscriptionRequest read(Function<String, List<String>> headers, byte[] body, Caller caller) {
		List<String> channels = LegacyCodec.decodeRegistration(body);
		if (channels.isEmpty()) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, LegacyCodec.EMPTY_REGISTRATION);
		}
		return SubscriptionRequest.of(channels, cursor(headers.apply(CometHeaders.CURSOR)), null,
				Callers.presenting(caller, List.of()));
	}

	private static Cursor cursor(List<String> tokens) {
		if (tokens.isEmpty()) {
			return Cursor.LATEST;
		}
		try {
			return Cursor.parse((tokens.size() == 1) ? tokens.get(0) : "");
		}
		catch (InvalidCursorException ex) {
			throw new RefusedRequestException(HttpStatus.BAD_REQUEST, "Invalid cursor");
		}
	}

	@Override
	public PollAnswer answer(Batch batch) {
		if (batch.ending() == Ending.EXPIRED) {
			return new PollAnswer(HttpStatus.UNAUTHORIZED, PlainText.ENCODED_MEDIA_TYPE,
					headers(batch.segments(), batch.token(), batch.refused()), EMPTY);
		}
		if (batch.ending() == Ending.KILLED || batch.ending() == Ending.SHUTTING_DOWN) {
			return new PollAnswer(HttpStatus.SERVICE_UNAVAILABLE, PlainText.ENCODED_MEDIA_TYPE,
					headers(batch.segments(), batch.token(), batch.refused()), EMPTY);
		}
		if (batch.isOneChannel()) {
			return batch.segments().get(0).encoded(ALONE);
		}
		return answer(batch.segments(), batch.token(), batch.refused());
	}

	private static PollAnswer answerAlone(Segment segment) {
		return answer(List.of(segment), segment.token(), Refusals.NONE);
	}

	private static PollAnswer answer(List<Segment> segments, byte[] cursor, Refusals refused) {
		List<byte[]> bodies = new ArrayList<>(segments.size());
		for (Segment segment : segments) {
			bodies.add(segment.encoded(ENTRIES));
		}
		return new PollAnswer(HttpStatus.OK, PlainText.ENCODED_MEDIA_TYPE, headers(segments, cursor, refused),
				LegacyCodec.join(bodies));
	}

	private static byte[] encodeEntries(Segment segment) {
		List<LegacyEntry> entries = new ArrayList<>(segment.messages().size() + 1);
		for (Message message : segment.messages()) {
			entries.add(LegacyEntry.message(message.channel(), message.data()));
		}
		if (segment.isEnded()) {
			entries.add(LegacyEntry.ended(segment.channel()));
		}
		return LegacyCodec.encodeEntries(entries);
	}

	private static Map<String, CharSequence> headers(List<Segment> segments, byte[] cursor, Refusals refused) {
		Map<String, CharSequence> headers = new LinkedHashMap<>();
		headers.put(CometHeaders.CURSOR, new AsciiString(cursor, false));
		if (hasGap(segments)) {
			headers.put(CometHeaders.GAP,
					LegacyCodec.headerList(segments.stream().filter(Segment::isGap).map(Segment::channel).toList()));
		}
		if (!refused.isEmpty()) {
			headers.put(CometHeaders.REFUSED, LegacyCodec.headerList(refused.channels()));
		}
		return headers;
	}

	private static boolean hasGap(List<Segment> segments) {
		for (Segment segment : segments) {
			if (segment.isGap()) {
				return true;
			}
		}
		return false;
	}

	@Override
	public PollAnswer refuse(HttpStatus status, @Nullable String sentence) {
		return refuse(status, sentence, Map.of());
	}

	@Override
	public PollAnswer refuse(SubscriptionRejectedException rejected) {
		Map<String, String> headers = new LinkedHashMap<>(CometHeaders.of(rejected));
		Cursor cursor = rejected.getCursor();
		if (cursor != null) {
			headers.put(CometHeaders.CURSOR, cursor.token());
		}
		return refuse(HttpStatuses.of(rejected), rejected.getMessage(), headers);
	}

	private static PollAnswer refuse(HttpStatus status, @Nullable String sentence, Map<String, String> headers) {
		// These statuses have no explanation (protocol, section 2).
		boolean silent = status == HttpStatus.SERVICE_UNAVAILABLE || status == HttpStatus.FORBIDDEN
				|| status == HttpStatus.UNAUTHORIZED;
		byte[] body = (silent || sentence == null) ? EMPTY : sentence.getBytes(StandardCharsets.UTF_8);
		return new PollAnswer(status, PlainText.ENCODED_MEDIA_TYPE, headers, body);
	}

}
