package io.github.cometspring.subscription;

import java.util.Objects;

import io.github.cometspring.channel.ChannelLog;
import org.jspecify.annotations.Nullable;

/**
 * The last segment that was cut out of a log. Clients that are woken together mostly
 * stand at the same place, and get the same object. Belongs to its event loop.
 */
final class SharedSegment {

	private final ChannelLog log;

	private final long maxSize;

	private @Nullable Cut last;

	SharedSegment(ChannelLog log, long maxSize) {
		this.log = log;
		this.maxSize = maxSize;
	}

	/**
	 * The news after an offset, as much as goes into an answer.
	 * @param after the offset
	 * @param live whether the reader has been listening since
	 * @param dialect the dialect of the reader
	 * @return the news
	 */
	Segment after(long after, boolean live, Dialect dialect) {
		Cut last = this.last;
		// Looked at before the log is read: what comes in between is read again.
		boolean closed = this.log.isClosed();
		long newest = this.log.newest();
		if (last == null || last.after != after || last.live != live || last.newest != newest || last.closed != closed
				|| !last.dialect.equals(dialect)) {
			Segment segment = SegmentReader.read(this.log, after, live, dialect, this.maxSize, true);
			last = new Cut(after, live, dialect, newest, closed, Objects.requireNonNull(segment));
			this.last = last;
		}
		return last.segment;
	}

	private record Cut(long after, boolean live, Dialect dialect, long newest, boolean closed, Segment segment) {
	}

}
