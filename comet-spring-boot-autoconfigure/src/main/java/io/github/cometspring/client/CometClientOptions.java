package io.github.cometspring.client;

import java.time.Duration;
import java.util.List;

import reactor.core.publisher.Mono;

/**
 * Options of a client. Start from {@link #DEFAULT} and change single values.
 *
 * @param transport the transport
 * @param path the path of the endpoint, below the base URL
 * @param firstBackoff the delay before the first attempt to reconnect. It doubles with
 * each further attempt; a random part of up to a half is subtracted, so that clients do
 * not reconnect all together
 * @param maxBackoff the longest delay, at least {@code firstBackoff}. A longer
 * {@code Retry-After} of the server is obeyed nevertheless
 * @param silence how long the server may send nothing, not even a heartbeat, before the
 * connection counts as lost. Time without demand of the subscriber is not counted. It
 * must be longer than the server's {@code comet.heartbeat}
 * @param pollTimeout how long the server may hold a poll
 * @param maxAnswerSize the size of the largest answer to a poll, or event, in bytes; a
 * larger one ends the subscription with {@link UnexpectedAnswerException}. It must be
 * more than the server's {@code comet.max-response-size}
 * @param grants the signed grants to present. It is subscribed to before each request, so
 * that it can fetch new grants when the old ones end. If it fails, the client retries as
 * after the same failure of a request
 * @param token the bearer token to send, or empty for none. It is subscribed to before
 * each request, and so when the last token has expired. If it fails, the client retries
 * as after the same failure of a request
 * @since 0.1.0
 */
public record CometClientOptions(Transport transport, String path, Duration firstBackoff, Duration maxBackoff,
		Duration silence, Duration pollTimeout, int maxAnswerSize, Mono<List<String>> grants, Mono<String> token) {

	private static final Duration LONGEST = Duration.ofDays(1);

	private static final Mono<List<String>> NO_GRANTS = Mono.empty();

	private static final Mono<String> NO_TOKEN = Mono.empty();

	/**
	 * An event stream from {@code /comet} that reconnects after half a second to 30
	 * seconds, for a server with its default settings.
	 */
	public static final CometClientOptions DEFAULT = new CometClientOptions(Transport.EVENT_STREAM, "/comet",
			Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(45), Duration.ofSeconds(20),
			2 * 1024 * 1024, NO_GRANTS, NO_TOKEN);

	/**
	 * Creates options.
	 * @param transport the transport
	 * @param path the path of the endpoint
	 * @param firstBackoff the delay before the first attempt to reconnect
	 * @param maxBackoff the longest delay
	 * @param silence how long the server may send nothing
	 * @param pollTimeout how long the server may hold a poll
	 * @param maxAnswerSize the size of the largest answer, in bytes
	 * @param grants the signed grants to present
	 * @param token the bearer token to send
	 * @throws IllegalArgumentException if a value is out of its range: durations are
	 * positive and at most a day
	 */
	public CometClientOptions {
		requireInRange("First backoff", firstBackoff);
		requireInRange("Longest backoff", maxBackoff);
		requireInRange("Silence", silence);
		requireInRange("Poll timeout", pollTimeout);
		if (maxBackoff.compareTo(firstBackoff) < 0) {
			throw new IllegalArgumentException(
					"Longest backoff must not be less than the first: " + maxBackoff + " < " + firstBackoff);
		}
		if (maxAnswerSize < 1) {
			throw new IllegalArgumentException("Size of an answer must be positive: " + maxAnswerSize);
		}
	}

	private static void requireInRange(String name, Duration value) {
		if (value.isZero() || value.isNegative() || value.compareTo(LONGEST) > 0) {
			throw new IllegalArgumentException(name + " must be positive and at most a day: " + value);
		}
	}

	/**
	 * These options with another transport.
	 * @param transport the transport
	 * @return the options
	 */
	public CometClientOptions withTransport(Transport transport) {
		return new CometClientOptions(transport, this.path, this.firstBackoff, this.maxBackoff, this.silence,
				this.pollTimeout, this.maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with another path.
	 * @param path the path of the endpoint, below the base URL
	 * @return the options
	 */
	public CometClientOptions withPath(String path) {
		return new CometClientOptions(this.transport, path, this.firstBackoff, this.maxBackoff, this.silence,
				this.pollTimeout, this.maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with other delays.
	 * @param first the delay before the first attempt to reconnect
	 * @param max the longest delay
	 * @return the options
	 * @throws IllegalArgumentException if a value is out of its range
	 */
	public CometClientOptions withBackoff(Duration first, Duration max) {
		return new CometClientOptions(this.transport, this.path, first, max, this.silence, this.pollTimeout,
				this.maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with another limit of silence.
	 * @param silence how long the server may send nothing
	 * @return the options
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public CometClientOptions withSilence(Duration silence) {
		return new CometClientOptions(this.transport, this.path, this.firstBackoff, this.maxBackoff, silence,
				this.pollTimeout, this.maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with another timeout of polls.
	 * @param pollTimeout how long the server may hold a poll
	 * @return the options
	 * @throws IllegalArgumentException if it is out of its range
	 */
	public CometClientOptions withPollTimeout(Duration pollTimeout) {
		return new CometClientOptions(this.transport, this.path, this.firstBackoff, this.maxBackoff, this.silence,
				pollTimeout, this.maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with another size of the largest answer.
	 * @param maxAnswerSize the size in bytes
	 * @return the options
	 * @throws IllegalArgumentException if it is not positive
	 */
	public CometClientOptions withMaxAnswerSize(int maxAnswerSize) {
		return new CometClientOptions(this.transport, this.path, this.firstBackoff, this.maxBackoff, this.silence,
				this.pollTimeout, maxAnswerSize, this.grants, this.token);
	}

	/**
	 * These options with signed grants, for channels that the server permits only with
	 * them.
	 * @param grants the grants, one for each channel that needs one; subscribed to before
	 * each request. Cache it where fetching them is expensive
	 * @return the options
	 */
	public CometClientOptions withGrants(Mono<List<String>> grants) {
		return new CometClientOptions(this.transport, this.path, this.firstBackoff, this.maxBackoff, this.silence,
				this.pollTimeout, this.maxAnswerSize, grants, this.token);
	}

	/**
	 * These options with a bearer token, which is sent as the header
	 * {@code Authorization} of each request.
	 * @param token the token; subscribed to before each request. Cache it until shortly
	 * before it expires where fetching it is expensive
	 * @return the options
	 */
	public CometClientOptions withToken(Mono<String> token) {
		return new CometClientOptions(this.transport, this.path, this.firstBackoff, this.maxBackoff, this.silence,
				this.pollTimeout, this.maxAnswerSize, this.grants, token);
	}

	/**
	 * Whether there is a source of tokens or grants.
	 */
	boolean hasCredentials() {
		return this.token != NO_TOKEN || this.grants != NO_GRANTS;
	}

	/**
	 * The transports of a client.
	 */
	public enum Transport {

		/**
		 * Server-sent events (protocol, section 4). The ids are part of the request line,
		 * which many servers limit to 4 KB.
		 */
		EVENT_STREAM,

		/**
		 * Long polling with JSON (protocol, section 3).
		 */
		POLLING

	}

}
