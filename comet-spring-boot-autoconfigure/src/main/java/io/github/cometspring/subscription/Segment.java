package io.github.cometspring.subscription;

import java.util.List;
import java.util.function.Function;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Positions;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive messages of one channel, and perhaps its end. On one event loop, clients of
 * one dialect at the same position share one segment and its encoded forms.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class Segment {

	private final String channel;

	private final int key;

	private final List<Message> messages;

	private final boolean gap;

	private final boolean ended;

	private final @Nullable Position position;

	private final long size;

	private volatile @Nullable Encoded<?> encoded;

	private volatile @Nullable Positions positions;

	private volatile @Nullable Segment afterGap;

	Segment(String channel, List<Message> messages, boolean gap, boolean ended, @Nullable Position position,
			long size) {
		this.channel = channel;
		this.key = Positions.key(channel);
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
	 * Whether there is one segment and its channel goes on, so that its positions are
	 * those of a client that listens to this channel only.
	 */
	static boolean isOnly(List<Segment> segments) {
		return segments.size() == 1 && !segments.get(0).ended;
	}

	/**
	 * The number of messages in all of some segments.
	 */
	static int count(List<Segment> segments) {
		int messages = 0;
		for (Segment segment : segments) {
			messages += segment.messages.size();
		}
		return messages;
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
	 * The token of the cursor, after this segment, of a client that listens to this
	 * channel only.
	 * @return the characters in ASCII
	 */
	public byte[] token() {
		return positions().token();
	}

	/**
	 * The positions before this segment of a client that listens to this channel only.
	 * @return the positions, which the caller may change
	 */
	public Positions startingPositions() {
		return only(start());
	}

	/**
	 * Moves a client that has the messages before one of these behind this one, too.
	 * @param index the index of the message
	 * @param positions the positions of the client, which are changed
	 */
	public void pass(int index, Positions positions) {
		Position position = this.messages.get(index).position();
		positions.move(this.key, (index > 0) ? this.messages.get(index - 1).position() : before(position), position);
	}

	/**
	 * Removes the channel, which has ended, from the positions of a client that has these
	 * messages.
	 * @param positions the positions of the client, which are changed
	 */
	public void leave(Positions positions) {
		int size = this.messages.size();
		Position position = (size > 0) ? this.messages.get(size - 1).position() : this.position;
		if (position != null) {
			positions.remove(this.key, position);
		}
	}

	/**
	 * Moves a client that has received this segment back to its start.
	 * @param positions the positions of the client, which are changed
	 */
	void rewind(Positions positions) {
		Position start = start();
		if (start == null || this.position == null) {
			return;
		}
		if (this.ended) {
			positions.add(this.key, start);
		}
		else {
			positions.move(this.key, this.position, start);
		}
	}

	/**
	 * The positions after this segment of a client that listens to this channel only. All
	 * such clients share them.
	 * @return the positions, not to be changed
	 */
	Positions positions() {
		Positions positions = this.positions;
		if (positions == null) {
			positions = only(this.position);
			this.positions = positions;
		}
		return positions;
	}

	private Positions only(@Nullable Position position) {
		Positions positions = new Positions(1);
		if (position != null) {
			positions.add(this.key, position);
		}
		return positions;
	}

	/**
	 * The position of a client in the channel before this segment.
	 * @return the position, or {@code null} if there is no such channel
	 */
	@Nullable Position start() {
		return this.messages.isEmpty() ? this.position : before(this.messages.get(0).position());
	}

	private static Position before(Position position) {
		return new Position(position.epoch(), position.offset() - 1);
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
