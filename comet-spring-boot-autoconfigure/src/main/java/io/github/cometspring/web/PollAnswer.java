package io.github.cometspring.web;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.netty.util.AsciiString;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;

/**
 * The answer to a poll. Clients at the same position share one, and so its encoded form.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class PollAnswer {

	private static final AsciiString CONTENT_TYPE = new AsciiString(HttpHeaders.CONTENT_TYPE);

	private static final AsciiString CONTENT_LENGTH = new AsciiString(HttpHeaders.CONTENT_LENGTH);

	private final HttpStatus status;

	/**
	 * The names and values of all headers, in turns.
	 */
	private final List<CharSequence> headers;

	private final byte[] body;

	/**
	 * An answer with the same status and headers.
	 */
	private final @Nullable PollAnswer headersOf;

	private volatile @Nullable Object encoded;

	/**
	 * Creates an answer.
	 * @param status its status
	 * @param contentType the media type of the body
	 * @param more the additional headers of this answer, by name
	 * @param body the body, not to be changed
	 */
	PollAnswer(HttpStatus status, AsciiString contentType, Map<String, ? extends CharSequence> more, byte[] body) {
		this.status = status;
		this.body = body;
		this.headersOf = null;
		List<CharSequence> headers = new ArrayList<>(ResponseHeaders.ENCODED.size() + 2 * more.size() + 6);
		headers.addAll(ResponseHeaders.ENCODED);
		headers.add(CONTENT_TYPE);
		headers.add(contentType);
		more.forEach((name, value) -> {
			headers.add(name);
			headers.add(value);
		});
		if (RetryAfter.isIn(status)) {
			headers.add(HttpHeaders.RETRY_AFTER);
			headers.add(RetryAfter.seconds());
		}
		else if (status == HttpStatus.UNAUTHORIZED) {
			headers.add(HttpHeaders.WWW_AUTHENTICATE);
			headers.add(ResponseHeaders.LOG_IN_AGAIN);
		}
		headers.add(CONTENT_LENGTH);
		headers.add(Integer.toString(body.length));
		this.headers = Collections.unmodifiableList(headers);
	}

	/**
	 * Creates an answer without a body, of a status that allows none.
	 * @param status its status
	 */
	PollAnswer(HttpStatus status) {
		this.status = status;
		this.body = new byte[0];
		this.headersOf = null;
		this.headers = List.copyOf(ResponseHeaders.ENCODED);
	}

	/**
	 * Creates an answer with the status and the headers of another one, which are encoded
	 * once.
	 * @param headersOf the other answer, whose body is as long, and which is kept
	 * @param body the body, not to be changed
	 */
	PollAnswer(PollAnswer headersOf, byte[] body) {
		this.status = headersOf.status;
		this.headers = headersOf.headers;
		this.body = body;
		this.headersOf = headersOf;
	}

	/**
	 * The status.
	 * @return the status
	 */
	public HttpStatus status() {
		return this.status;
	}

	/**
	 * All headers.
	 * @return the names and values in turns: a name, its value, the next name
	 */
	public List<CharSequence> headers() {
		return this.headers;
	}

	/**
	 * All headers but those of every answer, which a response on the default path has
	 * from the beginning.
	 * @return the names and values in turns
	 */
	public List<CharSequence> ownHeaders() {
		return this.headers.subList(ResponseHeaders.ENCODED.size(), this.headers.size());
	}

	/**
	 * The answer whose status and headers this one has, too.
	 * @return the other answer, or {@code null} if there is none
	 */
	public @Nullable PollAnswer headersOf() {
		return this.headersOf;
	}

	/**
	 * The body.
	 * @return the bytes, not to be changed
	 */
	public byte[] body() {
		return this.body;
	}

	/**
	 * Encodes this answer, or returns the form that was encoded last.
	 * @param <T> the encoded form, immutable
	 * @param encoder the encoder, one object for all calls of all answers
	 * @return the encoded form
	 */
	@SuppressWarnings("unchecked")
	public <T> T encoded(Function<PollAnswer, T> encoder) {
		Object encoded = this.encoded;
		if (encoded == null) {
			encoded = encoder.apply(this);
			this.encoded = encoded;
		}
		return (T) encoded;
	}

}
