package io.github.cometspring.web;

import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import org.springframework.http.HttpStatus;

/**
 * The header {@code Retry-After} of temporary refusals. Each answer has another number of
 * seconds, so that clients that were refused together do not come back together.
 */
final class RetryAfter {

	/**
	 * The largest number of seconds.
	 */
	static final int MOST_SECONDS = 5;

	private static final List<String> SECONDS = IntStream.rangeClosed(1, MOST_SECONDS)
		.mapToObj(Integer::toString)
		.toList();

	private RetryAfter() {
	}

	/**
	 * Whether an answer tells the client to come back later.
	 * @param status the status of the answer
	 * @return {@code true} if it has the header
	 */
	static boolean isIn(HttpStatus status) {
		return status == HttpStatus.SERVICE_UNAVAILABLE || status == HttpStatus.TOO_MANY_REQUESTS;
	}

	/**
	 * A value for one answer.
	 * @return a random number of seconds
	 */
	static String seconds() {
		return SECONDS.get(ThreadLocalRandom.current().nextInt(SECONDS.size()));
	}

}
