package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelName;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.channel.MessageFormat;

import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.Environment;

/**
 * The settings of channels by a pattern of their names, {@code comet.channels}. A pattern
 * is an Ant pattern: {@code ?} stands for one character, {@code *} for any within a
 * segment between slashes, and the segment {@code **} for any number of segments. All
 * else stands for itself.
 */
final class ChannelPatterns {

	private static final String PROPERTY = "comet.channels";

	/** A name without brackets, which Spring Boot takes as it stands. */
	private static final Pattern PLAIN = Pattern.compile("[a-z0-9-]+");

	private static final Pattern WITHOUT_BRACKETS = Pattern
		.compile("(?i)[\\w-]+\\.(history|idle[-_]?timeout|format)\\b.*");

	private ChannelPatterns() {
	}

	/**
	 * The settings of channels that are created without any.
	 * @param patterns the configured settings by pattern, in the order of the
	 * configuration
	 * @param general the settings of other channels
	 * @return the settings
	 */
	static ChannelDefaults defaults(Map<String, CometProperties.NamedChannels> patterns, ChannelSettings general) {
		ChannelDefaults defaults = ChannelDefaults.of(general);
		for (Map.Entry<String, CometProperties.NamedChannels> entry : patterns.entrySet()) {
			String pattern = entry.getKey();
			requireValid(pattern);
			ChannelSettings settings = settings(pattern, entry.getValue(), general);
			Predicate<String> names = matcher(pattern).asMatchPredicate();
			defaults = defaults.with((name) -> names.test(name + "/"), settings);
		}
		return defaults;
	}

	/**
	 * The regular expression of the names that a pattern stands for, each with a slash at
	 * its end. Spring's matchers for paths are not used: they take a name that begins
	 * with a slash, or has two in a row, for another one.
	 */
	private static Pattern matcher(String pattern) {
		String regex = Stream.of(pattern.split("/", -1))
			.map((segment) -> segment.equals("**") ? "(?:[^/]*/)*" : inSegment(segment) + "/")
			.collect(Collectors.joining());
		return Pattern.compile(regex);
	}

	private static String inSegment(String segment) {
		return segment.codePoints().mapToObj((point) -> switch (point) {
			case '*' -> "[^/]*";
			case '?' -> "[^/]";
			default -> Pattern.quote(Character.toString(point));
		}).collect(Collectors.joining());
	}

	private static void requireValid(String pattern) {
		if (pattern.isEmpty() || !pattern.codePoints()
			.allMatch((point) -> point == '*' || point == '?' || ChannelName.isAllowed(point))) {
			throw new InvalidChannelPatternException(property(pattern),
					"A pattern consists of the wildcards * and ?, and of what names of channels consist of: letters, digits and . _ ~ @ / -");
		}
		if (Stream.of(pattern.split("/")).anyMatch((segment) -> segment.contains("**") && !segment.equals("**"))) {
			throw new InvalidChannelPatternException(property(pattern), "'**' must be a whole segment between slashes");
		}
	}

	private static ChannelSettings settings(String pattern, CometProperties.NamedChannels configured,
			ChannelSettings general) {
		Integer size = configured.history().size();
		Duration maxAge = configured.history().maxAge();
		Duration idleTimeout = configured.idleTimeout();
		CometSettings.atLeast(0, property(pattern) + ".history.size", size);
		CometSettings.positive(property(pattern) + ".history.max-age", maxAge);
		ChannelSettings settings = general;
		if (size != null) {
			settings = settings.withHistorySize(size);
		}
		if (maxAge != null) {
			settings = settings.withHistoryMaxAge(maxAge);
		}
		if (idleTimeout != null) {
			boolean never = idleTimeout.isZero();
			CometSettings.positive(property(pattern) + ".idle-timeout", never ? null : idleTimeout);
			settings = settings.withIdleTimeout(never ? null : idleTimeout);
		}
		MessageFormat format = configured.format();
		return (format != null) ? settings.withFormat(format) : settings;
	}

	/**
	 * Refuses patterns without brackets: Spring Boot would drop their wildcards and
	 * slashes, and the settings would be those of another name.
	 * @param environment the environment with the properties
	 */
	static void requireBrackets(Environment environment) {
		if (environment instanceof ConfigurableEnvironment configurable) {
			configurable.getPropertySources()
				.stream()
				.filter(EnumerablePropertySource.class::isInstance)
				.flatMap((source) -> Stream.of(((EnumerablePropertySource<?>) source).getPropertyNames()))
				.forEach(ChannelPatterns::requireBrackets);
		}
	}

	private static void requireBrackets(String name) {
		String beginning = PROPERTY + ".";
		if (name.startsWith(beginning) && !name.startsWith(beginning + "[")
				&& !WITHOUT_BRACKETS.matcher(name.substring(beginning.length())).matches()) {
			throw new InvalidChannelPatternException(name,
					"A pattern, and a name with other characters than letters, digits, - and _, stands in brackets, which YAML wants quoted");
		}
	}

	private static String property(String pattern) {
		return PROPERTY + (PLAIN.matcher(pattern).matches() ? "." + pattern : "[" + pattern + "]");
	}

}
