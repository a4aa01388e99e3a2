package io.github.cometspring.protocol;

import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * What has become of a message that was published over HTTP. Immutable.
 *
 * @param channel the id as the publisher named it
 * @param status the status code that the message would have alone
 * @param position the position, or {@code null} if it was not published
 * @param repeated whether it had been published before
 * @param error the reason in a word, or {@code null} if it was published
 * @param detail the reason in a sentence, or {@code null} for none
 * @since 0.1.0
 */
public record PublishResult(String channel, int status, @Nullable Position position, boolean repeated,
		@Nullable String error, @Nullable String detail) {

	/**
	 * The result of a message that was published.
	 * @param channel the id of the channel
	 * @param position the position of the message
	 * @param repeated whether it had been published before
	 * @return the result
	 */
	public static PublishResult published(String channel, Position position, boolean repeated) {
		return new PublishResult(channel, 200, position, repeated, null, null);
	}

	/**
	 * The result of a message that was not published, as far as is known.
	 * @param channel the id as the publisher named it
	 * @param status the status code
	 * @param error the reason in a word
	 * @param detail the reason in a sentence, or {@code null} for none
	 * @return the result
	 */
	public static PublishResult refused(String channel, int status, String error, @Nullable String detail) {
		return new PublishResult(channel, status, null, false, error, detail);
	}

}
