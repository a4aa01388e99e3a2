package io.github.cometspring.web;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.protocol.JsonCodec;
import io.github.cometspring.subscription.Refusals;
import io.github.cometspring.subscription.SubscriptionRejectedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * Answers with problem details (RFC 9457; protocol, section 3).
 */
final class Problem {

	/**
	 * The sentence for clients whose right to read has run out.
	 */
	static final String EXPIRED = "The permission has expired; log in again";

	private Problem() {
	}

	/**
	 * Answers with a problem.
	 * @param response the response
	 * @param status the status
	 * @param detail a sentence, or {@code null} for none
	 * @param cursor the token to resume from, or {@code null} for none
	 * @return completes when it is written
	 */
	static Mono<Void> answer(ServerHttpResponse response, HttpStatus status, @Nullable String detail,
			@Nullable String cursor) {
		return ResponseBody.write(response, status, MediaType.APPLICATION_PROBLEM_JSON_VALUE,
				encode(status, detail, cursor, Refusals.NONE, null));
	}

	/**
	 * Answers a request that is refused by policy.
	 * @param response the response
	 * @param rejected the reason
	 * @return completes when it is written
	 */
	static Mono<Void> answer(ServerHttpResponse response, SubscriptionRejectedException rejected) {
		CometHeaders.of(rejected).forEach(response.getHeaders()::set);
		return ResponseBody.write(response, HttpStatuses.of(rejected), MediaType.APPLICATION_PROBLEM_JSON_VALUE,
				encode(rejected));
	}

	static byte[] encode(SubscriptionRejectedException rejected) {
		Cursor cursor = rejected.getCursor();
		return encode(HttpStatuses.of(rejected), rejected.getMessage(), (cursor != null) ? cursor.token() : null,
				rejected.getRefused(), rejected.getMaxChannels());
	}

	static byte[] encode(HttpStatus status, @Nullable String detail, @Nullable String cursor, Refusals refused,
			@Nullable Integer limit) {
		return JsonCodec.encodeProblem(status.getReasonPhrase(), status.value(), detail, cursor, refused.channels(),
				refused.why(), limit);
	}

}
