package io.github.cometspring.redis;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.MessageFormat;
import io.github.cometspring.channel.Position;
import org.jspecify.annotations.Nullable;

/**
 * The entry of a channel in the registry.
 *
 * @param id the id of the channel
 * @param instance a random number that distinguishes it from other channels of this id
 * @param epoch the epoch that it began with
 * @param settings the settings of the channel
 */
record Registration(String id, String instance, long epoch, ChannelSettings settings) {

	/**
	 * A random epoch, for a channel that must begin one.
	 */
	static long newEpoch() {
		return ThreadLocalRandom.current().nextLong(1, Position.MAX_EPOCH + 1);
	}

	/**
	 * The value in the registry, whose parts the scripts read in this order.
	 */
	String value() {
		ChannelSettings settings = settings();
		Duration idle = settings.idleTimeout();
		return String.join(" ", instance(), Long.toString(epoch()), Integer.toString(settings.historySize()),
				Long.toString(settings.historyMaxAge().toNanos()), (idle != null) ? Long.toString(idle.toNanos()) : "-",
				settings.format().name());
	}

	/**
	 * Parses a value of the registry.
	 * @param id the id of the channel
	 * @param value the value
	 * @return the registration, or {@code null} if Comet has not written the value
	 */
	static @Nullable Registration parse(String id, String value) {
		String[] parts = value.split(" ");
		try {
			Duration idle = parts[4].equals("-") ? null : Duration.ofNanos(Long.parseLong(parts[4]));
			return new Registration(id, parts[0], Long.parseLong(parts[1]),
					new ChannelSettings(Integer.parseInt(parts[2]), Duration.ofNanos(Long.parseLong(parts[3])), idle,
							MessageFormat.valueOf(parts[5])));
		}
		catch (IllegalArgumentException | IndexOutOfBoundsException ex) {
			return null;
		}
	}

	/**
	 * Parses an id and its value.
	 * @param entry the id, a space, and the value
	 * @return the registration, or {@code null} if Comet has not written the entry
	 */
	static @Nullable Registration parse(String entry) {
		int space = entry.indexOf(' ');
		return (space > 0) ? parse(entry.substring(0, space), entry.substring(space + 1)) : null;
	}

}
