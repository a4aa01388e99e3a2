package io.github.cometspring.subscription;

import java.util.List;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.LogPlace;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;

/**
 * Cuts segments out of a log.
 */
final class SegmentReader {

	private SegmentReader() {
	}

	/**
	 * Reads the news after a place.
	 * @param place the place, which stays
	 * @param dialect the dialect of the reader
	 * @param budget how many bytes the messages may take
	 * @param oversized whether a first message that takes more may go nevertheless
	 * @return the news, or {@code null} if there are messages and none fits
	 */
	static @Nullable Segment read(LogPlace place, Dialect dialect, long budget, boolean oversized) {
		ChannelLog log = place.log();
		// Asked first: whoever sees the end sees all messages before it.
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
		// A replay that stops where an epoch ended has not come to the end.
		boolean ended = closed && replay.position().epoch() == log.newest().epoch();
		return new Segment(log.id(), messages, replay.gap(), ended, replay.position(), size);
	}

}
