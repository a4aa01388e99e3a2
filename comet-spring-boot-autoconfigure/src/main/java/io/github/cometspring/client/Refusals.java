package io.github.cometspring.client;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.protocol.ServerMessage;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.client.ClientResponse;

/**
 * Turns unexpected answers of a server into errors.
 */
final class Refusals {

	/**
	 * The longest {@code Retry-After} that is obeyed.
	 */
	private static final Duration LONGEST_RETRY_AFTER = Duration.ofHours(1);

	private Refusals() {
	}

	/**
	 * Whether an answer has the status 200 and the expected type.
	 */
	static boolean isExpected(ClientResponse response, MediaType type) {
		try {
			return response.statusCode().value() == 200
					&& response.headers().contentType().filter(type::isCompatibleWith).isPresent();
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
	}

	/**
	 * The error for an unexpected answer.
	 * @param response the answer
	 * @param progress the state of the subscription
	 * @param clock tells the time, for a {@code Retry-After} that is a date
	 * @return the error
	 */
	static <T> Mono<T> fail(ClientResponse response, Progress progress, Scheduler clock) {
		HttpStatusCode status = response.statusCode();
		if (isTransient(status)) {
			Instant now = Instant.ofEpochMilli(clock.now(TimeUnit.MILLISECONDS));
			Duration retryAfter = retryAfter(response.headers().asHttpHeaders().getFirst(HttpHeaders.RETRY_AFTER), now);
			return response.releaseBody().then(Mono.error(new UnavailableException(status.value(), retryAfter)));
		}
		if (!status.is4xxClientError()) {
			return response.releaseBody()
				.then(Mono.error(new UnexpectedAnswerException(
						"Server does not speak the protocol: status %d (is the path right?)".formatted(status.value()),
						null)));
		}
		if (progress.isServed() && demandsLogIn(response)) {
			return response.releaseBody().then(Mono.error(new LogInExpiredException(progress.cursor())));
		}
		if (!isProblem(response)) {
			return response.releaseBody()
				.then(Mono.error(new SubscriptionRefusedException(status.value(), null, List.of())));
		}
		return response.bodyToMono(byte[].class)
			.map((body) -> new String(body, StandardCharsets.UTF_8))
			.defaultIfEmpty("")
			.map((problem) -> new SubscriptionRefusedException(status.value(),
					ServerMessage.decodeProblemDetail(problem), ServerMessage.decodeProblemRefused(problem)))
			.flatMap(Mono::error);
	}

	/**
	 * Whether the server demands a log-in. A proxy that answers 401 during a deployment
	 * does not say how to log in.
	 */
	private static boolean demandsLogIn(ClientResponse response) {
		return response.statusCode().value() == 401
				&& !response.headers().header(HttpHeaders.WWW_AUTHENTICATE).isEmpty();
	}

	private static boolean isTransient(HttpStatusCode status) {
		return status.is5xxServerError() || switch (status.value()) {
			case 408, 425, 429 -> true;
			default -> false;
		};
	}

	private static boolean isProblem(ClientResponse response) {
		try {
			return response.headers()
				.contentType()
				.filter(MediaType.APPLICATION_PROBLEM_JSON::isCompatibleWith)
				.isPresent();
		}
		catch (InvalidMediaTypeException ex) {
			return false;
		}
	}

	private static Duration retryAfter(@Nullable String value, Instant now) {
		Duration wanted = (value != null) ? parse(value.strip(), now) : Duration.ZERO;
		if (wanted.isNegative()) {
			return Duration.ZERO;
		}
		return (wanted.compareTo(LONGEST_RETRY_AFTER) > 0) ? LONGEST_RETRY_AFTER : wanted;
	}

	private static Duration parse(String value, Instant now) {
		try {
			return value.matches("[0-9]{1,9}") ? Duration.ofSeconds(Integer.parseInt(value))
					: Duration.between(now, ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME));
		}
		catch (DateTimeException ex) {
			return Duration.ZERO;
		}
	}

}
