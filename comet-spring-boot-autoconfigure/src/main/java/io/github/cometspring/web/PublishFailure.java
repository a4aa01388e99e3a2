package io.github.cometspring.web;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.ChannelClosedException;
import io.github.cometspring.channel.InvalidChannelNameException;
import io.github.cometspring.channel.InvalidJsonException;
import io.github.cometspring.channel.KeyInUseException;
import io.github.cometspring.channel.KeyOutcomeUnknownException;
import io.github.cometspring.channel.KeyReusedException;
import io.github.cometspring.channel.MessageTooLargeException;
import io.github.cometspring.channel.RateLimitedLog;
import io.github.cometspring.channel.TooManyChannelsException;
import io.github.cometspring.protocol.PublishResult;
import io.github.cometspring.subscription.PublishOutcome;
import reactor.util.Loggers;

import org.springframework.http.HttpStatus;

/**
 * The results of messages that could not be published over HTTP (protocol, section 11).
 */
final class PublishFailure {

	private static final RateLimitedLog log = new RateLimitedLog(Loggers.getLogger(PublishFailure.class),
			System::nanoTime);

	private static final String UNKNOWN_OUTCOME = "unknown-outcome";

	private PublishFailure() {
	}

	/**
	 * The result of a message whose publication has failed.
	 */
	static PublishResult of(String channel, Throwable error) {
		if (error instanceof MessageTooLargeException tooLarge) {
			return result(channel, HttpStatus.CONTENT_TOO_LARGE, "too-large",
					"Message too large: at most %d bytes".formatted(tooLarge.getLimit()));
		}
		if (error instanceof InvalidJsonException invalid) {
			return result(channel, HttpStatus.BAD_REQUEST, "invalid-json",
					"Not a JSON value, from its character %d on".formatted(invalid.getIndex()));
		}
		if (error instanceof ChannelClosedException) {
			return unknownChannel(channel);
		}
		if (error instanceof InvalidChannelNameException) {
			return invalidChannel(channel);
		}
		if (error instanceof KeyReusedException) {
			return result(channel, HttpStatus.UNPROCESSABLE_CONTENT, "key-reused",
					"Another message was published with this key; use a new key");
		}
		if (error instanceof KeyInUseException) {
			return result(channel, HttpStatus.CONFLICT, "key-in-use",
					"A publication with this key is under way; try again");
		}
		if (error instanceof TooManyChannelsException) {
			return result(channel, HttpStatus.SERVICE_UNAVAILABLE, "too-many-channels",
					"No more channels can be created now; try again later");
		}
		if (error instanceof BrokerUnavailableException unavailable) {
			return unavailable.isOutcomeUnknown() ? unknownOutcome(channel) : result(channel,
					HttpStatus.SERVICE_UNAVAILABLE, "unavailable", "The channel cannot be reached; try again later");
		}
		log.error("A message could not be published", error);
		return result(channel, HttpStatus.INTERNAL_SERVER_ERROR, "failed",
				"It is not known whether the message was published");
	}

	static PublishResult unknownChannel(String channel) {
		return result(channel, HttpStatus.NOT_FOUND, "unknown-channel", "No such channel");
	}

	static PublishResult invalidChannel(String channel) {
		return result(channel, HttpStatus.BAD_REQUEST, "invalid-channel", "No channel can have this name");
	}

	static PublishResult forbidden(String channel) {
		return result(channel, HttpStatus.FORBIDDEN, "forbidden", "Not permitted");
	}

	/**
	 * The result of a message after one that has failed for the moment.
	 */
	static PublishResult notTried(String channel) {
		return result(channel, HttpStatus.SERVICE_UNAVAILABLE, "not-tried",
				"A message before it was not published; try again later");
	}

	static PublishResult unknownOutcome(String channel) {
		return result(channel, HttpStatus.GATEWAY_TIMEOUT, UNKNOWN_OUTCOME,
				"It is not known whether the message was published");
	}

	private static PublishResult result(String channel, HttpStatus status, String error, String detail) {
		return PublishResult.refused(channel, status.value(), error, detail);
	}

	/**
	 * Whether the messages after this one are not tried, as this one may be published
	 * later. One whose outcome stays unknown is not published later, however often it is
	 * sent again, and must not keep back the others.
	 */
	static boolean stops(PublishResult result, Throwable error) {
		return isTemporary(result) && !(error instanceof KeyOutcomeUnknownException);
	}

	private static boolean isTemporary(PublishResult result) {
		return result.status() >= HttpStatus.INTERNAL_SERVER_ERROR.value()
				|| result.status() == HttpStatus.CONFLICT.value();
	}

	/**
	 * What is counted.
	 */
	static PublishOutcome outcome(PublishResult result) {
		if (result.position() != null) {
			return result.repeated() ? PublishOutcome.REPEATED : PublishOutcome.ACCEPTED;
		}
		if (result.status() == HttpStatus.SERVICE_UNAVAILABLE.value()
				|| result.status() == HttpStatus.CONFLICT.value()) {
			return PublishOutcome.UNAVAILABLE;
		}
		return isTemporary(result) ? PublishOutcome.UNKNOWN : PublishOutcome.REFUSED;
	}

}
