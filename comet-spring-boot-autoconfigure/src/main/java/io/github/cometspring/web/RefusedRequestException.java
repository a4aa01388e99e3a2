package io.github.cometspring.web;

import org.springframework.http.HttpStatus;

/**
 * A request that a dialect cannot accept. It has no stack trace, as clients cause it.
 *
 * @since 0.1.0
 */
public final class RefusedRequestException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final HttpStatus status;

	private final String sentence;

	RefusedRequestException(HttpStatus status, String sentence) {
		super(sentence, null, false, false);
		this.status = status;
		this.sentence = sentence;
	}

	HttpStatus status() {
		return this.status;
	}

	String sentence() {
		return this.sentence;
	}

}
