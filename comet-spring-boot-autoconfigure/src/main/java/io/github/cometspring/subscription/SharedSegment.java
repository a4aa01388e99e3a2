package io.github.cometspring.subscription;

import java.time.Duration;
import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.LogPlace;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The last segments that were cut out of a log, one for each transport. Clients that are
 * woken together mostly stand at the same place, and get the same object. It serves for a
 * second, so that it does not outlive its messages' time in history by more. Belongs to
 * its event loop.
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
	 * The news after a place, as much as goes into an answer.
	 * @param place the place of the reader, which stays
	 * @param dialect the dialect of the reader
	 * @param maxSize how many bytes it may take, the same for all readers of the dialect
	 * @return the news
	 */
	Segment after(LogPlace place, Dialect dialect, long maxSize) {
		int slot = dialect.transport().ordinal();
		Cut last = this.last[slot];
		// Looked at before the log is read: what comes in between is read again.
		boolean closed = this.log.isClosed();
		Position newest = this.log.newest();
		long now = this.loop.nanoTime();
		if (last == null || !last.place.isSameAs(place) || !last.newest.equals(newest) || last.closed != closed
				|| !last.dialect.equals(dialect) || now - last.time > LIFETIME) {
			Segment segment = SegmentReader.read(place, dialect, maxSize, true);
			last = new Cut(place.copy(), dialect, newest, closed, now, Objects.requireNonNull(segment));
			this.last[slot] = last;
		}
		return last.segment;
	}

	private record Cut(LogPlace place, Dialect dialect, Position newest, boolean closed, long time, Segment segment) {
	}

}
