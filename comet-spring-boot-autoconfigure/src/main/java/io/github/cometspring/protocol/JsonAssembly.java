package io.github.cometspring.protocol;

import java.util.List;

/**
 * Assembles JSON from encoded parts. It copies each byte once and parses nothing.
 * Stateless.
 */
final class JsonAssembly {

	static final byte[] EMPTY_OBJECT = { '{', '}' };

	private JsonAssembly() {
	}

	/**
	 * Assembles an object.
	 * @param opening its beginning, up to the first message
	 * @param messages encoded messages
	 * @param lists its further members, encoded as an object
	 */
	static byte[] object(byte[] opening, List<byte[]> messages, byte[] lists) {
		boolean comma = opening.length > 1 && lists.length > EMPTY_OBJECT.length;
		int size = opening.length + joinedSize(messages) + (messages.isEmpty() ? 0 : 1) + (comma ? 1 : 0) + lists.length
				- 1;
		byte[] object = new byte[size];
		int at = copy(opening, 0, object, 0);
		at = putJoined(messages, object, at);
		if (!messages.isEmpty()) {
			object[at++] = ']';
		}
		if (comma) {
			object[at++] = ',';
		}
		copy(lists, 1, object, at);
		return object;
	}

	/**
	 * Joins encoded messages. The result may be passed on wherever one encoded message is
	 * expected.
	 * @param messages encoded messages, at least one
	 * @return the messages with commas between them; the only one itself if there are no
	 * others
	 */
	static byte[] join(List<byte[]> messages) {
		if (messages.size() == 1) {
			return messages.get(0);
		}
		byte[] joined = new byte[joinedSize(messages)];
		putJoined(messages, joined, 0);
		return joined;
	}

	private static int joinedSize(List<byte[]> messages) {
		int size = Math.max(0, messages.size() - 1);
		for (byte[] message : messages) {
			size = Math.addExact(size, message.length);
		}
		return size;
	}

	private static int putJoined(List<byte[]> messages, byte[] target, int at) {
		for (int i = 0; i < messages.size(); i++) {
			if (i > 0) {
				target[at++] = ',';
			}
			at = copy(messages.get(i), 0, target, at);
		}
		return at;
	}

	private static int copy(byte[] source, int from, byte[] target, int at) {
		System.arraycopy(source, from, target, at, source.length - from);
		return at + source.length - from;
	}

}
