package io.github.cometspring.subscription;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive messages of one channel, and perhaps its end. Clients of one dialect at the
 * same position share one segment and its encoded form.
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

	private final @Nullable Position position;

	private final long size;

	private volatile @Nullable Encoded<?> encoded;

	private volatile @Nullable Cursor cursor;

	private volatile @Nullable Segment afterGap;

	Segment(String channel, List<Message> messages, boolean gap, boolean ended, @Nullable Position position,
			long size) {
		this.channel = channel;
		this.messages = messages;
		this.gap = gap;
		this.ended = ended;
		this.position = position;
		this.size = size;
	}

	static Segment unknown(String channel) {
		return new Segment(channel, List.of(), false, true, null, 0);
	}

	/**
	 * The same segment for a client that has lost the messages before it. All such
	 * clients share one segment, because there may be very many after a restart.
	 */
	Segment withGap() {
		Segment afterGap = this.afterGap;
		if (afterGap == null) {
			afterGap = new Segment(this.channel, this.messages, true, this.ended, this.position, this.size);
			this.afterGap = afterGap;
		}
		return afterGap;
	}

	/**
	 * The id of the channel. If there is no such channel, it may be invalid.
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
	 * @return {@code true} if the client must be told about a gap
	 */
	public boolean isGap() {
		return this.gap;
	}

	/**
	 * Whether the channel has ended, or does not exist.
	 * @return {@code true} if no messages come after these
	 */
	public boolean isEnded() {
		return this.ended;
	}

	/**
	 * Encodes this segment, or returns the form that the encoder made before. The forms
	 * of all encoders are kept as long as the segment, because a dialect writes the same
	 * messages as a full answer to some clients, and as a part of an answer to others.
	 * @param <T> the encoded form, immutable
	 * @param encoder the encoder, one object for all calls of all segments
	 * @return the encoded form
	 */
	@SuppressWarnings("unchecked")
	public <T> T encoded(Function<Segment, T> encoder) {
		for (Encoded<?> known = this.encoded; known != null; known = known.next) {
			if (known.encoder == encoder) {
				return (T) known.form;
			}
		}
		T form = encoder.apply(this);
		// Read the field again: the encoder may have added another form.
		this.encoded = new Encoded<>(encoder, form, this.encoded);
		return form;
	}

	/**
	 * The cursor, after this segment, of a client that listens to this channel only.
	 * @return the cursor to resume from
	 */
	public Cursor cursor() {
		Cursor cursor = this.cursor;
		if (cursor == null) {
			cursor = (this.position != null) ? Cursor.of(this.channel, this.position) : Cursor.of(Map.of());
			this.cursor = cursor;
		}
		return cursor;
	}

	/**
	 * The position of a client in the channel before this segment.
	 * @return the position, or {@code null} if there is no such channel
	 */
	@Nullable Position start() {
		if (this.messages.isEmpty()) {
			return this.position;
		}
		Position first = this.messages.get(0).position();
		return new Position(first.epoch(), first.offset() - 1);
	}

	/**
	 * The position of a client in the channel after this segment.
	 * @return the position, or {@code null} if there is no such channel
	 */
	@Nullable Position position() {
		return this.position;
	}

	/**
	 * The size of the messages in an answer, in bytes.
	 */
	long size() {
		return this.size;
	}

	/**
	 * An encoded form of this segment. There are few, so they are in a linked list.
	 *
	 * @param <T> the form
	 * @param encoder the encoder that made it
	 * @param form the form
	 * @param next the form that was made before, or {@code null}
	 */
	private record Encoded<T>(Function<Segment, T> encoder, T form, @Nullable Encoded<?> next) {
	}

}
