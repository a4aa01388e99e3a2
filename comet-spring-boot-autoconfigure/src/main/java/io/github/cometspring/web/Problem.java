package io.github.cometspring.web;

import io.github.cometspring.protocol.JsonDialect;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Answers with problem details (RFC 9457; protocol, section 3).
 */
final class Problem {

	private Problem() {
	}

	/**
	 * Answers with a problem.
	 * @param response the answer
	 * @param status the status
	 * @param detail a sentence, or {@code null} for none
	 * @param cursor the token to resume from, or {@code null} for none
	 * @return completes when it is written
	 */
	static Mono<Void> answer(ServerHttpResponse response, HttpStatus status, @Nullable String detail,
			@Nullable String cursor) {
		return Answers.write(response, status, MediaType.APPLICATION_PROBLEM_JSON_VALUE,
				JsonDialect.encodeProblem(status.getReasonPhrase(), status.value(), detail, cursor));
	}

}
