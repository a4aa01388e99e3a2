package io.github.cometspring.channel;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The settings of channels that are created without any. Those of a named channel may
 * depend on its name.
 * <p>
 * Immutable and thread-safe.
 *
 * @since 0.1.0
 */
public final class ChannelDefaults {

	private final ChannelSettings general;

	private final Rule[] rules;

	private ChannelDefaults(ChannelSettings general, List<Rule> rules) {
		this.general = general;
		this.rules = rules.toArray(Rule[]::new);
	}

	/**
	 * The same settings for all channels.
	 * @param general the settings
	 * @return the defaults
	 */
	public static ChannelDefaults of(ChannelSettings general) {
		return new ChannelDefaults(general, List.of());
	}

	/**
	 * These defaults with other settings for some names. If a name matches several times,
	 * the settings that were added first count.
	 * @param names matches the names, all of which are valid
	 * @param settings the settings of channels with these names
	 * @return the defaults
	 */
	public ChannelDefaults with(Predicate<String> names, ChannelSettings settings) {
		List<Rule> more = new ArrayList<>(List.of(this.rules));
		more.add(new Rule(names, settings));
		return new ChannelDefaults(this.general, more);
	}

	/**
	 * These defaults for messages of one format.
	 * @param format the format of the messages
	 * @return the defaults
	 */
	public ChannelDefaults withFormat(MessageFormat format) {
		return new ChannelDefaults(this.general.withFormat(format),
				List.of(this.rules)
					.stream()
					.map((rule) -> new Rule(rule.names(), rule.settings().withFormat(format)))
					.toList());
	}

	/**
	 * The settings of a channel with a fresh id.
	 * @return the settings
	 */
	public ChannelSettings general() {
		return this.general;
	}

	/**
	 * The settings of a channel with a name. What matches names sees only valid ones.
	 * @param name the name
	 * @return the settings
	 * @throws InvalidChannelNameException if the name is invalid
	 */
	public ChannelSettings forName(String name) {
		ChannelName.requireValid(name);
		for (Rule rule : this.rules) {
			if (rule.names().test(name)) {
				return rule.settings();
			}
		}
		return this.general;
	}

	/**
	 * Settings for some names.
	 *
	 * @param names matches the names
	 * @param settings the settings
	 */
	private record Rule(Predicate<String> names, ChannelSettings settings) {
	}

}
