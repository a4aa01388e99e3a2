package io.github.cometspring.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.cometspring.channel.Message;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The answer of the script that reads a channel.
 *
 * @param newest the position of the newest message
 * @param closed whether the channel has ended
 * @param all whether all messages were read, and not only those after a position
 * @param entries the messages that were read
 * @param unknown how many entries were left out because Comet has not written them
 */
record LogAnswer(Position newest, boolean closed, boolean all, List<Entry> entries, int unknown) {

	/**
	 * Parses an answer.
	 * @param registration the channel
	 * @param epoch the epoch of the position after which messages were read, or empty
	 * @param answer the answer as Redis returns it
	 * @return the answer
	 * @throws IllegalArgumentException if it has no position
	 */
	static LogAnswer of(Registration registration, String epoch, List<Object> answer) {
		String id = registration.id();
		MessageFormat format = registration.settings().format();
		long now = Long.parseLong(String.valueOf(answer.get(4)));
		List<Entry> entries = new ArrayList<>();
		List<?> items = (List<?>) answer.get(5);
		for (Object item : items) {
			Entry entry = entry(id, format, (List<?>) item, now);
			if (entry != null) {
				entries.add(entry);
			}
		}
		return new LogAnswer(position(answer.get(1), answer.get(2)), "1".equals(answer.get(3)),
				!epoch.equals(answer.get(1)), entries, items.size() - entries.size());
	}

	private static @Nullable Entry entry(String id, MessageFormat format, List<?> item, long now) {
		Map<String, String> fields = new HashMap<>();
		List<?> pairs = (List<?>) item.get(1);
		for (int i = 0; i + 1 < pairs.size(); i += 2) {
			fields.put(String.valueOf(pairs.get(i)), String.valueOf(pairs.get(i + 1)));
		}
		String[] entryId = String.valueOf(item.get(0)).split("-");
		String epoch = fields.get("e");
		String data = fields.get("d");
		if (epoch == null || data == null) {
			return null;
		}
		try {
			Message message = new Message(id, position(epoch, entryId[0]), data, format, false);
			long age = Math.max(0, now - Long.parseLong(entryId[1]));
			return new Entry(message, System.nanoTime() - TimeUnit.MILLISECONDS.toNanos(age),
					fields.getOrDefault("n", ""));
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

	/**
	 * Parses a position.
	 * @throws IllegalArgumentException if it is not one
	 */
	static Position position(Object epoch, Object offset) {
		return new Position(Long.parseLong(String.valueOf(epoch)), Long.parseLong(String.valueOf(offset)));
	}

	/**
	 * A message.
	 *
	 * @param message the message
	 * @param time when it was published, in nanoseconds of this node's clock
	 * @param nonce the nonce of the delivery, or empty
	 */
	record Entry(Message message, long time, String nonce) {
	}

}
