package io.github.cometspring.channel;

import java.util.OptionalLong;

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
	 * The newest offset that the reader has, or {@link ChannelLog#EARLIEST} before the
	 * first look of one that wants all there is.
	 */
	private long offset = ChannelLog.EARLIEST;

	/**
	 * The newest offset when a reader of all there is began; 0 for the others.
	 */
	private long listeningSince;

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
		long newest = this.log.newest();
		if (this.start.equals(Cursor.EARLIEST)) {
			this.listeningSince = newest;
		}
		else if (!this.start.knows(this.log.id())) {
			this.offset = newest;
		}
		else {
			OptionalLong known = this.start.offset(this.log.id(), this.log.epoch());
			// What a cursor of another epoch stood for is lost.
			this.gap = known.isEmpty();
			this.offset = known.orElse(ChannelLog.EARLIEST);
			this.listeningSince = this.gap ? newest : 0;
		}
		// A reader that lacks nothing from before may have what is kept for listeners.
		this.live = this.offset >= newest && this.offset <= this.log.newest();
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
	public boolean hasNews() {
		return this.offset != this.log.newest() || this.gap || this.log.isClosed();
	}

	/**
	 * Reads what comes after this place, and stays.
	 * @return the messages
	 */
	public Replay look() {
		if (this.offset != ChannelLog.EARLIEST) {
			return this.live ? this.log.readLive(this.offset) : this.log.read(this.offset);
		}
		Replay all = this.log.read(ChannelLog.EARLIEST);
		// What was published since the reader listens belongs to "all", although a short
		// history may have let go of it.
		return (firstOffset(all) > this.listeningSince + 1) ? this.log.readLive(this.listeningSince) : all;
	}

	/**
	 * Moves behind what the reader has been given. From then on the reader is one that
	 * has been listening.
	 * @param offset the offset of the newest message that it has
	 * @param gap whether messages before that were lost
	 */
	public void moveTo(long offset, boolean gap) {
		this.offset = offset;
		this.gap |= gap;
		this.live = true;
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
		return position.offset() > this.offset;
	}

	/**
	 * The same place once more, which stays where this moves on.
	 * @return the copy
	 */
	public LogPlace copy() {
		LogPlace copy = new LogPlace(this.log, this.start);
		copy.offset = this.offset;
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
		return this.offset == other.offset && this.live == other.live && this.listeningSince == other.listeningSince;
	}

	/**
	 * The position to resume from. A gap that the reader has not been told of is one when
	 * it comes again: beyond the newest is always a gap (protocol, section 7).
	 * @return the position
	 */
	public Position position() {
		if (this.gap) {
			return new Position(this.log.epoch(), Position.MAX_OFFSET);
		}
		if (this.offset == ChannelLog.EARLIEST) {
			// From now on the place before what there is: what has been told holds,
			// though history moves on before the first look.
			long first = firstOffset(this.log.read(ChannelLog.EARLIEST));
			this.offset = Math.min(first - 1, this.listeningSince);
			this.live = this.offset == this.listeningSince;
			this.listeningSince = 0;
		}
		return new Position(this.log.epoch(), this.offset);
	}

	private static long firstOffset(Replay replay) {
		return replay.offset() - replay.messages().size() + 1;
	}

}
