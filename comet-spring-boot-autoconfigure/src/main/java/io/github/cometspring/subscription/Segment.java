package io.github.cometspring.subscription;

import java.util.List;
import java.util.function.Function;

import io.github.cometspring.channel.Message;
import org.jspecify.annotations.Nullable;

/**
 * News of one channel: a stretch of its messages, then perhaps its end. Clients of one
 * dialect that stand at the same place share one segment, and so its encoded form.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Segment {

	private final String channel;

	private final List<Message> messages;

	private final boolean gap;

	private final boolean ended;

	private final long offset;

	private final long size;

	private volatile @Nullable Object encoded;

	Segment(String channel, List<Message> messages, boolean gap, boolean ended, long offset, long size) {
		this.channel = channel;
		this.messages = messages;
		this.gap = gap;
		this.ended = ended;
		this.offset = offset;
		this.size = size;
	}

	static Segment unknown(String channel) {
		return new Segment(channel, List.of(), false, true, 0, 0);
	}

	/**
	 * The same news for a client that has lost what went before.
	 */
	Segment withGap() {
		return new Segment(this.channel, this.messages, true, this.ended, this.offset, this.size);
	}

	/**
	 * The id of the channel, of whatever shape if the client made it up.
	 * @return the id
	 */
	public String channel() {
		return this.channel;
	}

	/**
	 * The messages in order.
	 * @return the messages, perhaps none
	 */
	public List<Message> messages() {
		return this.messages;
	}

	/**
	 * Whether messages before these are lost to the client.
	 * @return {@code true} if the client must be told of a gap
	 */
	public boolean isGap() {
		return this.gap;
	}

	/**
	 * Whether the channel has ended, or never was.
	 * @return {@code true} if nothing comes after these messages
	 */
	public boolean isEnded() {
		return this.ended;
	}

	/**
	 * Encodes this segment, or returns what it was encoded to before.
	 * @param <T> the encoded form, immutable
	 * @param encoder the encoder, the same in all calls
	 * @return the encoded form
	 */
	@SuppressWarnings("unchecked")
	public <T> T encoded(Function<Segment, T> encoder) {
		Object result = this.encoded;
		if (result == null) {
			result = encoder.apply(this);
			this.encoded = result;
		}
		return (T) result;
	}

	/**
	 * Where a client stands after this.
	 */
	long offset() {
		return this.offset;
	}

	/**
	 * The size of the messages in an answer, in bytes.
	 */
	long size() {
		return this.size;
	}

}
