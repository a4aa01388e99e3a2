package io.github.cometspring.client;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.cometspring.channel.Cursor;
import reactor.util.Logger;
import reactor.util.Loggers;

/**
 * How far one subscription has come, over all of its connections. It belongs to the
 * subscription and is touched by one signal at a time.
 */
final class Progress {

	private static final Logger logger = Loggers.getLogger(CometClient.class);

	/**
	 * The channels that have not ended.
	 */
	private final Set<String> channels;

	/**
	 * The channels whose next message comes after a gap.
	 */
	private final Set<String> gaps = new HashSet<>();

	/**
	 * The channels that the last answer refuses. They are asked for again with every
	 * request.
	 */
	private final Set<String> refused = new LinkedHashSet<>();

	/**
	 * The channels of which the log has told that they are refused.
	 */
	private final Set<String> logged = new HashSet<>();

	private Cursor cursor;

	private boolean anchored;

	private int failures;

	private boolean hasty;

	private boolean served;

	Progress(Collection<String> channels, Cursor from) {
		this.channels = new LinkedHashSet<>(channels);
		this.cursor = from;
	}

	/**
	 * Whether there are channels that have not ended and are not refused.
	 */
	boolean isOpen() {
		return !this.refused.containsAll(this.channels);
	}

	List<String> channels() {
		return List.copyOf(this.channels);
	}

	Cursor cursor() {
		return this.cursor;
	}

	/**
	 * Whether the cursor came from the server, and so covers all channels.
	 */
	boolean isAnchored() {
		return this.anchored;
	}

	void moveTo(Cursor cursor) {
		this.cursor = cursor;
		this.anchored = true;
	}

	void gap(String channel) {
		this.gaps.add(channel);
	}

	ReceivedMessage message(String channel, String json) {
		return new ReceivedMessage(channel, json, this.cursor, this.gaps.remove(channel));
	}

	void end(String channel) {
		this.channels.remove(channel);
		this.refused.remove(channel);
	}

	/**
	 * The server has nothing for any channel. Those that it refused it need not name
	 * again.
	 */
	void endAll() {
		this.channels.retainAll(this.refused);
	}

	/**
	 * Another answer begins, which refuses what it names.
	 */
	void begin() {
		this.refused.clear();
	}

	/**
	 * The server refuses a channel. What it publishes until the server lets it in is
	 * lost: its place is not in the cursor.
	 */
	void refuse(String channel) {
		if (!this.channels.contains(channel)) {
			return;
		}
		this.refused.add(channel);
		this.gaps.add(channel);
		if (this.logged.add(channel)) {
			logger.warn("Server refuses {} of {} channels of a subscription; the others go on", this.refused.size(),
					this.channels.size());
		}
	}

	/**
	 * The channels that were refused when all others had ended.
	 */
	List<String> refused() {
		return List.copyOf(this.refused);
	}

	/**
	 * The server has answered as it should.
	 */
	void succeed() {
		this.served = true;
		this.failures = 0;
		this.hasty = false;
	}

	/**
	 * Whether the server has ever answered as it should.
	 */
	boolean isServed() {
		return this.served;
	}

	/**
	 * The server has answered at once, and had nothing to say.
	 */
	void noteEarlyAnswer() {
		this.hasty = true;
	}

	boolean isAnsweredEarly() {
		return this.hasty;
	}

	/**
	 * How long to wait before the next attempt: it doubles from one to the next, up to a
	 * limit, and a random part of up to a half is taken off.
	 * @param options first and longest wait
	 * @param random a number from 0 to 1
	 */
	Duration backoff(CometClientOptions options, double random) {
		long longest = options.maxBackoff().toNanos();
		long full = options.firstBackoff().toNanos();
		for (int i = 0; i < this.failures && full < longest; i++) {
			full *= 2;
		}
		this.failures++;
		return Duration.ofNanos((long) (Math.min(full, longest) * (1 - random / 2)));
	}

}
