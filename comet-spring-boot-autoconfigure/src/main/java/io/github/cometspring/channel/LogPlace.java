package io.github.cometspring.channel;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * The state of one reader of a channel: where it starts, up to where it has the messages,
 * and whether there is a gap that it has not been told about. Readers of the application
 * and readers of clients both have one. Applications use {@link Channel#messages()}.
 * <p>
 * A reader first subscribes to the {@linkplain ChannelLog#live() live feed}, then
 * {@linkplain #begin() begins}, then {@linkplain #look() reads} for the first time. In
 * this order it misses nothing.
 * <p>
 * Not thread-safe: it belongs to its reader.
 *
 * @since 0.1.0
 */
public final class LogPlace {

	private final ChannelLog log;

	private final Cursor start;

	/**
	 * The position up to which the reader has the messages, or {@code null} before the
	 * first read of a reader that wants all messages.
	 */
	private @Nullable Position position;

	/**
	 * The newest position at the time when a reader of all messages began; {@code null}
	 * for other readers.
	 */
	private @Nullable Position listeningSince;

	private boolean gap;

	private boolean live;

	/**
	 * Creates the place of a reader that has not begun.
	 * @param log the channel
	 * @param start the cursor to start at
	 */
	public LogPlace(ChannelLog log, Cursor start) {
		this.log = log;
		this.start = start;
	}

	/**
	 * Decides where the reader starts (protocol, section 1). To be called once, after it
	 * has subscribed to the live feed and before it reads.
	 */
	public void begin() {
		Position newest = this.log.newest();
		if (this.start.equals(Cursor.EARLIEST)) {
			this.listeningSince = newest;
			return;
		}
		Position position;
		if (!this.start.knows(this.log.id())) {
			position = this.log.end();
		}
		else {
			Position known = this.log.locate(this.start);
			if (known == null) {
				// The messages after a position of another epoch are lost.
				this.gap = true;
				this.listeningSince = newest;
				return;
			}
			position = known;
		}
		this.position = position;
		// A reader at the end may read the messages that are kept for listening readers
		// only.
		this.live = position.covers(newest) && this.log.end().covers(position);
	}

	/**
	 * The channel.
	 * @return its log
	 */
	public ChannelLog log() {
		return this.log;
	}

	/**
	 * Whether there may be something that the reader does not have: a message, a gap or
	 * the end.
	 * @return {@code true} if the reader should read
	 */
	public boolean hasChanged() {
		return this.gap || !this.log.newest().equals(this.position) || this.log.isClosed();
	}

	/**
	 * Reads the messages after this place, and does not move it.
	 * @return the messages
	 */
	public Replay look() {
		if (this.position != null) {
			return this.live ? this.log.readLive(this.position) : this.log.read(this.position);
		}
		Replay all = this.log.readAll();
		// Messages published since the reader began belong to "all", even if
		// the history is too short to keep them.
		Position since = this.listeningSince;
		return (since == null || since.covers(beforeFirst(all))) ? all : this.log.readLive(since);
	}

	/**
	 * Moves behind the messages that the reader has received. From then on the reader
	 * counts as listening.
	 * @param position the new position of the reader
	 * @param gap whether messages before that were lost
	 * @return {@code true} if the position is of another epoch than before
	 */
	public boolean moveTo(Position position, boolean gap) {
		boolean newEpoch = this.position != null && this.position.epoch() != position.epoch();
		this.position = position;
		this.gap |= gap;
		this.live = true;
		return newEpoch;
	}

	/**
	 * Returns whether there is a gap that the reader has not been told about, and clears
	 * it.
	 * @return {@code true} if the reader must be told now
	 */
	public boolean takeGap() {
		boolean unreported = this.gap;
		this.gap = false;
		return unreported;
	}

	/**
	 * Whether the reader does not have a message yet.
	 * @param position the position of the message, in this channel
	 * @return {@code true} if the reader has not received it
	 */
	public boolean isBefore(Position position) {
		return this.position == null || !this.position.covers(position);
	}

	/**
	 * A copy, which does not move when this does.
	 * @return the copy
	 */
	public LogPlace copy() {
		LogPlace copy = new LogPlace(this.log, this.start);
		copy.position = this.position;
		copy.listeningSince = this.listeningSince;
		copy.gap = this.gap;
		copy.live = this.live;
		return copy;
	}

	/**
	 * Whether readers at both places read the same messages.
	 * @param other a place in the same channel
	 * @return {@code true} if they do
	 */
	public boolean isSameAs(LogPlace other) {
		return this.live == other.live && Objects.equals(this.position, other.position)
				&& Objects.equals(this.listeningSince, other.listeningSince);
	}

	/**
	 * The position to resume from. If the reader has not been told about a gap, this is a
	 * position beyond the newest, which is a gap again when the reader resumes (protocol,
	 * section 7).
	 * @return the position
	 */
	public Position position() {
		if (this.gap) {
			return new Position(this.log.newest().epoch(), Position.MAX_OFFSET);
		}
		Position position = this.position;
		if (position == null) {
			// Fix the position before the first message: the returned position stays
			// valid even if the history moves on before the first read.
			Position first = beforeFirst(this.log.readAll());
			Position since = this.listeningSince;
			position = (since == null || since.covers(first)) ? first : since;
			this.position = position;
			this.live = position.equals(since);
			this.listeningSince = null;
		}
		return position;
	}

	/**
	 * The position before the first message of a replay, or the end of a replay without
	 * messages.
	 */
	private static Position beforeFirst(Replay replay) {
		if (replay.messages().isEmpty()) {
			return replay.position();
		}
		Position first = replay.messages().get(0).position();
		return new Position(first.epoch(), first.offset() - 1);
	}

}
