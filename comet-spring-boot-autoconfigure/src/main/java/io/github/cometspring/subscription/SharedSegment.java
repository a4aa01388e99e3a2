package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.LogPlace;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;

/**
 * Reads segments from a log, and keeps the last one for each dialect. Clients that are
 * woken together mostly have the same position, and get the same object. It is kept for a
 * second, so that messages that are too old are not sent much longer. Confined to its
 * event loop.
 */
final class SharedSegment {

	private static final long LIFETIME = Duration.ofSeconds(1).toNanos();

	private final ChannelLog log;

	private final EventLoop loop;

	private final @Nullable Cut[] last = new Cut[Transport.values().length];

	SharedSegment(ChannelLog log, EventLoop loop) {
		this.log = log;
		this.loop = loop;
	}

	/**
	 * The messages after a place, as many as fit into an answer.
	 * @param place the place of the reader, which is not moved
	 * @param dialect the dialect of the reader
	 * @param maxSize the largest number of bytes, the same for all readers of the dialect
	 * @return the segment
	 */
	Segment after(LogPlace place, Dialect dialect, long maxSize) {
		int slot = dialect.transport().ordinal();
		Cut last = this.last[slot];
		// Taken before the log is read: messages that arrive in between are read again.
		boolean closed = this.log.isClosed();
		Position newest = this.log.newest();
		long now = this.loop.nanoTime();
		if (last == null || !last.place.isSameAs(place) || !last.newest.equals(newest) || last.closed != closed
				|| !last.dialect.equals(dialect) || now - last.time > LIFETIME) {
			Segment segment = read(place, dialect, maxSize, true);
			last = new Cut(place.copy(), dialect, newest, closed, now, Objects.requireNonNull(segment));
			this.last[slot] = last;
		}
		return last.segment;
	}

	/**
	 * Reads the messages after a place.
	 * @param place the place of the reader, which is not moved
	 * @param dialect the dialect of the reader
	 * @param budget the largest number of bytes of the messages
	 * @param oversized whether a larger first message is returned alone
	 * @return the segment, or {@code null} if there are messages and none fits
	 */
	static @Nullable Segment read(LogPlace place, Dialect dialect, long budget, boolean oversized) {
		ChannelLog log = place.log();
		// Before the log is read: a closed log has all messages before its end.
		boolean closed = log.isClosed();
		Replay replay = place.look();
		List<Message> messages = replay.messages();
		long size = 0;
		for (int i = 0; i < messages.size(); i++) {
			long more = dialect.size().applyAsLong(messages.get(i));
			if (size + more > budget && !(i == 0 && oversized)) {
				return (i == 0) ? null : new Segment(log.id(), List.copyOf(messages.subList(0, i)), replay.gap(), false,
						messages.get(i - 1).position(), size);
			}
			size += more;
		}
		// A replay that stops where an epoch ended has not reached the end of the log.
		boolean ended = closed && replay.position().epoch() == log.newest().epoch();
		return new Segment(log.id(), messages, replay.gap(), ended, replay.position(), size);
	}

	private record Cut(LogPlace place, Dialect dialect, Position newest, boolean closed, long time, Segment segment) {
	}

}
