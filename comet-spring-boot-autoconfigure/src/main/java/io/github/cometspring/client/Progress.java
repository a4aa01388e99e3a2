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
 * The state of one subscription over all of its connections. The signals of the
 * subscription use it one at a time.
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
	 * The channels that the last answer refuses. They are requested again each time.
	 */
	private final Set<String> refused = new LinkedHashSet<>();

	/**
	 * The channels whose refusal was logged.
	 */
	private final Set<String> logged = new HashSet<>();

	private Cursor cursor;

	private boolean anchored;

	private int failures;

	private boolean answeredEarly;

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
	 * Whether the cursor came from the server and so contains all channels.
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
	 * Ends all channels but those that the server refused before: its answer need not
	 * name them again.
	 */
	void endAll() {
		this.channels.retainAll(this.refused);
	}

	/**
	 * Begins another answer, which names the refused channels anew.
	 */
	void begin() {
		this.refused.clear();
	}

	/**
	 * Records that the server refuses a channel. Its messages are lost until the server
	 * accepts it, because the cursor has no position for it.
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
	 * The channels that the last answer refuses.
	 */
	List<String> refused() {
		return List.copyOf(this.refused);
	}

	/**
	 * Records that the server has answered as expected.
	 */
	void succeed() {
		this.served = true;
		this.failures = 0;
		this.answeredEarly = false;
	}

	/**
	 * Whether the server has ever answered as expected.
	 */
	boolean isServed() {
		return this.served;
	}

	/**
	 * Records that the server has answered a held poll early and without messages.
	 */
	void noteEarlyAnswer() {
		this.answeredEarly = true;
	}

	boolean isAnsweredEarly() {
		return this.answeredEarly;
	}

	/**
	 * The delay before the next attempt. It doubles with each failure up to a limit; a
	 * random part of up to a half is subtracted.
	 * @param options the first and the longest delay
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
