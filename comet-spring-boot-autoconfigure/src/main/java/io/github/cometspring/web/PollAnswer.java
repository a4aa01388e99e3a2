package io.github.cometspring.web;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

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

	private final HttpStatus status;

	private final Map<String, String> headers;

	private final byte[] body;

	private volatile @Nullable Object encoded;

	/**
	 * Creates an answer.
	 * @param status its status
	 * @param contentType the media type of the body
	 * @param more the additional headers of this answer, by name
	 * @param body the body, not to be changed
	 */
	PollAnswer(HttpStatus status, String contentType, Map<String, String> more, byte[] body) {
		this.status = status;
		this.headers = new LinkedHashMap<>();
		this.body = body;
		ResponseHeaders.COMMON.forEach((header) -> this.headers.put(header.getKey(), header.getValue()));
		this.headers.put(HttpHeaders.CONTENT_TYPE, contentType);
		this.headers.putAll(more);
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			this.headers.put(HttpHeaders.RETRY_AFTER, ResponseHeaders.RETRY_AFTER_SECONDS);
		}
		else if (status == HttpStatus.UNAUTHORIZED) {
			this.headers.put(HttpHeaders.WWW_AUTHENTICATE, ResponseHeaders.LOG_IN_AGAIN);
		}
		this.headers.put(HttpHeaders.CONTENT_LENGTH, String.valueOf(body.length));
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
	 * @return the values by name, in order
	 */
	public Map<String, String> headers() {
		return Collections.unmodifiableMap(this.headers);
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
