package io.github.cometspring.web;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

import io.github.cometspring.subscription.SubscriptionRejectedException;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.ServerHttpResponse;

/**
 * What the answers of all dialects have in common.
 */
final class Answers {

	/**
	 * After how many seconds a client that was refused for the moment may come back.
	 */
	static final String RETRY_AFTER_SECONDS = "5";

	/**
	 * The headers that every answer has.
	 */
	static final List<Map.Entry<String, String>> HARDENING = List.of(Map.entry(HttpHeaders.CACHE_CONTROL, "no-store"),
			Map.entry("X-Content-Type-Options", "nosniff"));

	/**
	 * Lets errors go by that come when the client is known to be gone. Reactor Netty may
	 * report a lost connection twice, and without this key Reactor logs the second report
	 * as an error of the server.
	 */
	static final Context IGNORE_LATE_ERRORS = Context.of("reactor.onErrorDropped.local", (Consumer<Throwable>) (ex) -> {
	});

	/**
	 * How long a request body may take to arrive.
	 */
	static final Duration BODY_TIMEOUT = Duration.ofSeconds(10);

	private static final byte[] EMPTY = new byte[0];

	private Answers() {
	}

	/**
	 * Sets the headers that every answer has.
	 */
	static void harden(ServerHttpResponse response) {
		HARDENING.forEach((header) -> response.getHeaders().set(header.getKey(), header.getValue()));
	}

	static Mono<Void> write(ServerHttpResponse response, PollAnswer answer) {
		response.setStatusCode(answer.status());
		answer.headers().forEach(response.getHeaders()::set);
		byte[] body = answer.body();
		return (body.length == 0) ? response.setComplete()
				: response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	static Mono<Void> write(ServerHttpResponse response, HttpStatus status, @Nullable String contentType, byte[] body) {
		response.setStatusCode(status);
		HttpHeaders headers = response.getHeaders();
		if (contentType != null) {
			headers.set(HttpHeaders.CONTENT_TYPE, contentType);
		}
		if (status == HttpStatus.SERVICE_UNAVAILABLE) {
			headers.set(HttpHeaders.RETRY_AFTER, RETRY_AFTER_SECONDS);
		}
		headers.setContentLength(body.length);
		return (body.length == 0) ? response.setComplete()
				: response.writeWith(Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
	}

	/**
	 * Answers with a sentence.
	 */
	static Mono<Void> say(ServerHttpResponse response, HttpStatus status, String sentence) {
		return write(response, status, "text/plain;charset=UTF-8", utf8(sentence));
	}

	static byte[] utf8(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	static Mono<Void> writeEmpty(ServerHttpResponse response, HttpStatus status) {
		return write(response, status, null, EMPTY);
	}

	/**
	 * The headers that tell more about a refusal, in all dialects.
	 */
	static Map<String, String> headers(SubscriptionRejectedException ex) {
		Integer maxChannels = ex.getMaxChannels();
		return (maxChannels != null) ? Map.of(CometHeaders.MAX_CHANNELS, maxChannels.toString()) : Map.of();
	}

	static HttpStatus status(SubscriptionRejectedException ex) {
		return switch (ex.getReason()) {
			case INACTIVE, SHUTTING_DOWN, KILLED, UNDECIDED, UNAVAILABLE, TOO_MANY_CONNECTIONS ->
				HttpStatus.SERVICE_UNAVAILABLE;
			case TOO_MANY_CHANNELS, INVALID_CURSOR -> HttpStatus.BAD_REQUEST;
			case FORBIDDEN -> HttpStatus.FORBIDDEN;
		};
	}

}
