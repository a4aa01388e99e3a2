package io.github.cometspring.channel;

import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * A reader's place in a channel: where it starts, how far it has come, and whether it has
 * lost messages that it has not been told of. The readers of the application and of
 * clients both stand at such a place. Applications use {@link Channel#messages()}.
 * <p>
 * A reader first listens to the {@linkplain ChannelLog#live() live feed}, then
 * {@linkplain #begin() begins}, then looks for the first time: so nothing that is
 * published falls between two of these.
 * <p>
 * Not thread-safe: it belongs to its reader.
 *
 * @since 0.1.0
 */
public final class LogPlace {

	private final ChannelLog log;

	private final Cursor start;

	/**
	 * Up to where the reader has been given the messages, or {@code null} before the
	 * first look of one that wants all there is.
	 */
	private @Nullable Position position;

	/**
	 * The newest position when a reader of all there is began; {@code null} for the
	 * others.
	 */
	private @Nullable Position listeningSince;

	private boolean gap;

	private boolean live;

	/**
	 * Creates a place where no reader stands yet.
	 * @param log the channel
	 * @param start where to start
	 */
	public LogPlace(ChannelLog log, Cursor start) {
		this.log = log;
		this.start = start;
	}

	/**
	 * Decides where the reader starts (protocol, section 1). To be called once, when it
	 * listens and before it looks.
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
				// What a cursor of another epoch stood for is lost.
				this.gap = true;
				this.listeningSince = newest;
				return;
			}
			position = known;
		}
		this.position = position;
		// A reader that lacks nothing from before may have what is kept for listeners.
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
	 * Whether there is anything that the reader has not been told: a message, a gap or
	 * the end.
	 * @return {@code true} if a look is worth while
	 */
	public boolean hasChanged() {
		return this.gap || !this.log.newest().equals(this.position) || this.log.isClosed();
	}

	/**
	 * Reads what comes after this place, and stays.
	 * @return the messages
	 */
	public Replay look() {
		if (this.position != null) {
			return this.live ? this.log.readLive(this.position) : this.log.read(this.position);
		}
		Replay all = this.log.readAll();
		// What was published since the reader listens belongs to "all", although a short
		// history may have let go of it.
		Position since = this.listeningSince;
		return (since == null || since.covers(beforeFirst(all))) ? all : this.log.readLive(since);
	}

	/**
	 * Moves behind what the reader has been given. From then on the reader is one that
	 * has been listening.
	 * @param position where it stands now
	 * @param gap whether messages before that were lost
	 * @return {@code true} if the reader has come into another epoch by this
	 */
	public boolean moveTo(Position position, boolean gap) {
		boolean anew = this.position != null && this.position.epoch() != position.epoch();
		this.position = position;
		this.gap |= gap;
		this.live = true;
		return anew;
	}

	/**
	 * Whether messages have been lost that the reader has not been told of. It counts as
	 * told from now on.
	 * @return {@code true} if the reader must be told now
	 */
	public boolean takeGap() {
		boolean untold = this.gap;
		this.gap = false;
		return untold;
	}

	/**
	 * Whether a message is still to come.
	 * @param position the position of the message, in this channel
	 * @return {@code true} if the reader has not got as far
	 */
	public boolean isBefore(Position position) {
		return this.position == null || !this.position.covers(position);
	}

	/**
	 * The same place once more, which stays where this moves on.
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
	 * Whether readers at both places see the same when they look.
	 * @param other a place in the same channel
	 * @return {@code true} if they stand at one place
	 */
	public boolean isSameAs(LogPlace other) {
		return this.live == other.live && Objects.equals(this.position, other.position)
				&& Objects.equals(this.listeningSince, other.listeningSince);
	}

	/**
	 * The position to resume from. A gap that the reader has not been told of is one when
	 * it comes again: beyond the newest is always a gap (protocol, section 7).
	 * @return the position
	 */
	public Position position() {
		if (this.gap) {
			return new Position(this.log.newest().epoch(), Position.MAX_OFFSET);
		}
		Position position = this.position;
		if (position == null) {
			// From now on the place before what there is: what has been told holds,
			// though history moves on before the first look.
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
	 * The position before the first message of a replay, or where it ends if it has none.
	 */
	private static Position beforeFirst(Replay replay) {
		if (replay.messages().isEmpty()) {
			return replay.position();
		}
		Position first = replay.messages().get(0).position();
		return new Position(first.epoch(), first.offset() - 1);
	}

}
