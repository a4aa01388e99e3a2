package io.github.cometspring.redis;

import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * A message of a channel's feed, which a script has published.
 *
 * @param position the position of the message, or of the last one if the channel has
 * ended
 * @param nonce the nonce of the delivery, or empty
 * @param data the text of the message, or {@code null} if the channel has ended
 */
record FeedMessage(Position position, String nonce, @Nullable String data) {

	/**
	 * Parses a text that was published on the feed.
	 * @param text the text
	 * @return the message, or {@code null} if no script has written the text
	 */
	static @Nullable FeedMessage parse(String text) {
		int end = text.indexOf('\n');
		if (end < 0) {
			return null;
		}
		String[] head = text.substring(0, end).split(" ", -1);
		try {
			if (head[0].equals("m")) {
				return new FeedMessage(LogAnswer.position(head[1], head[2]), head[3], text.substring(end + 1));
			}
			return head[0].equals("c") ? new FeedMessage(LogAnswer.position(head[1], head[2]), "", null) : null;
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

}
