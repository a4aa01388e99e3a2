package io.github.cometspring.redis;

import java.time.Duration;

import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.MessageFormat;
import org.jspecify.annotations.Nullable;

/**
 * What the registry knows of a channel.
 *
 * @param id the name
 * @param instance what tells it from other channels of this name
 * @param epoch the epoch that it began with
 * @param settings what it carries and keeps
 */
record Registration(String id, String instance, long epoch, ChannelSettings settings) {

	/**
	 * The text that is kept in the registry, in the order that the scripts know.
	 */
	String value() {
		ChannelSettings settings = settings();
		Duration idle = settings.idleTimeout();
		return String.join(" ", instance(), Long.toString(epoch()), Integer.toString(settings.historySize()),
				Long.toString(settings.historyMaxAge().toNanos()), (idle != null) ? Long.toString(idle.toNanos()) : "-",
				settings.format().name());
	}

	/**
	 * Reads what is kept in the registry.
	 * @param id the name
	 * @param value the text
	 * @return the registration, or {@code null} if nobody here wrote this
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
	 * Reads a name and what is kept of it.
	 * @param entry the name and the text
	 * @return the registration, or {@code null} if nobody here wrote this
	 */
	static @Nullable Registration parse(String entry) {
		int space = entry.indexOf(' ');
		return (space > 0) ? parse(entry.substring(0, space), entry.substring(space + 1)) : null;
	}

}
