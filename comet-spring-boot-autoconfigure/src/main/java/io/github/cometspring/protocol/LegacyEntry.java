package io.github.cometspring.protocol;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * One line of an answer in the legacy dialect (protocol, section 2): a message of a
 * channel, or the notice that a channel has ended or never existed. Immutable.
 *
 * @param channel the id as the client sent it; it may be invalid
 * @param data the text of the message, {@code null} if the channel has ended
 * @since 0.1.0
 * @see LegacyCodec
 */
public record LegacyEntry(String channel, @Nullable String data) {

	/**
	 * Creates an entry.
	 * @param channel the id
	 * @param data the text, {@code null} if the channel has ended
	 * @throws NullPointerException if there is no id
	 */
	public LegacyEntry {
		Objects.requireNonNull(channel, "channel");
	}

	/**
	 * Returns the entry that carries a message.
	 * @param channel the id of the channel
	 * @param data the text of the message, which may be {@code ENDED_CHANNEL} as well
	 * @return the entry
	 */
	public static LegacyEntry message(String channel, String data) {
		return new LegacyEntry(channel, Objects.requireNonNull(data, "data"));
	}

	/**
	 * Returns the entry that says that a channel has ended or is not known.
	 * @param channel the id as the client sent it
	 * @return the entry
	 */
	public static LegacyEntry ended(String channel) {
		return new LegacyEntry(channel, null);
	}

	/**
	 * Whether this entry says that its channel has ended.
	 * @return {@code false} if it carries a message
	 */
	public boolean isEnded() {
		return this.data == null;
	}

}
