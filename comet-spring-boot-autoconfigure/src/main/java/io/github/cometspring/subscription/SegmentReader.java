package io.github.cometspring.subscription;

import java.util.List;

import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.Position;
import io.github.cometspring.channel.Replay;
import org.jspecify.annotations.Nullable;

/**
 * Cuts segments out of a log.
 */
final class SegmentReader {

	private SegmentReader() {
	}

	/**
	 * Reads the news after an offset.
	 * @param log the channel
	 * @param after the offset
	 * @param live whether the reader has been listening since
	 * @param dialect the dialect of the reader
	 * @param budget how many bytes the messages may take
	 * @param oversized whether a first message that takes more may go nevertheless
	 * @return the news, or {@code null} if there are messages and none fits
	 */
	static @Nullable Segment read(ChannelLog log, long after, boolean live, Dialect dialect, long budget,
			boolean oversized) {
		// Asked first: whoever sees the end sees all messages before it.
		boolean closed = log.isClosed();
		Replay replay = live ? log.readLive(after) : log.read(after);
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
		return new Segment(log.id(), messages, replay.gap(), closed, new Position(log.epoch(), replay.offset()), size);
	}

}
