package io.github.cometspring.client;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.github.cometspring.channel.Cursor;

/**
 * How far one subscription has come, over all of its connections. It belongs to the
 * subscription and is touched by one signal at a time.
 */
final class Progress {

	/**
	 * The channels that have not ended.
	 */
	private final Set<String> channels;

	/**
	 * The channels whose next message comes after a gap.
	 */
	private final Set<String> gaps = new HashSet<>();

	private Cursor cursor;

	private boolean anchored;

	private int failures;

	private boolean hasty;

	Progress(Collection<String> channels, Cursor from) {
		this.channels = new LinkedHashSet<>(channels);
		this.cursor = from;
	}

	/**
	 * Whether there are channels that have not ended.
	 */
	boolean isOpen() {
		return !this.channels.isEmpty();
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
	}

	void endAll() {
		this.channels.clear();
	}

	/**
	 * The server has answered as it should.
	 */
	void succeed() {
		this.failures = 0;
		this.hasty = false;
	}

	/**
	 * The server has answered at once, and had nothing to say.
	 */
	void hurry() {
		this.hasty = true;
	}

	boolean isHasty() {
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
