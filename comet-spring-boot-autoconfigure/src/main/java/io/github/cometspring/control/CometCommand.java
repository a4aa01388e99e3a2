package io.github.cometspring.control;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * A command of an operator, as in the command pipe of Ocsigen_comet.
 *
 * @since 0.1.0
 */
public sealed interface CometCommand {

	/**
	 * Reads a command line without the {@code comet:} prefix, such as
	 * {@code set_timeout 30 KILL}. Words are separated by white space and are compared
	 * exactly: {@code kill} is not {@code KILL}.
	 * @param line the line
	 * @return the command, or empty if there is no such command
	 * @throws InvalidTimeoutException if the command is {@code set_timeout} and the value
	 * is not a valid timeout
	 */
	static Optional<CometCommand> parse(String line) {
		List<String> words = Arrays.asList(line.strip().split("\\s+"));
		return parse(words.get(0), words.subList(1, words.size()));
	}

	/**
	 * Reads a command.
	 * @param name the name, such as {@code set_timeout}
	 * @param arguments its arguments
	 * @return the command, or empty if there is no such command
	 * @throws InvalidTimeoutException if the command is {@code set_timeout} and the value
	 * is not a valid timeout
	 */
	static Optional<CometCommand> parse(String name, List<String> arguments) {
		return switch (name) {
			case "activate" -> arguments.isEmpty() ? Optional.of(new Activate()) : Optional.empty();
			case "deactivate" -> arguments.isEmpty() ? Optional.of(new Deactivate()) : Optional.empty();
			case SetTimeout.NAME -> SetTimeout.parse(arguments);
			case Disconnect.NAME -> (arguments.size() == 1 && !arguments.get(0).isEmpty())
					? Optional.of(new Disconnect(arguments.get(0))) : Optional.empty();
			default -> Optional.empty();
		};
	}

	/**
	 * Resumes all activity.
	 */
	record Activate() implements CometCommand {
	}

	/**
	 * Stops all activity.
	 */
	record Deactivate() implements CometCommand {
	}

	/**
	 * Ends clients of one user. It is an event and no state: nodes that start later have
	 * no such clients.
	 */
	sealed interface OfUser extends CometCommand {

		/**
		 * The name of the user.
		 * @return the name of the principal of the clients
		 */
		String user();

	}

	/**
	 * Ends all clients of a user, who are told to log in again.
	 *
	 * @param user the name of the user
	 */
	record Disconnect(String user) implements OfUser {

		/**
		 * The name of the command.
		 */
		public static final String NAME = "disconnect";

		/**
		 * Creates a command.
		 * @param user the name of the user
		 * @throws IllegalArgumentException if the name is empty
		 */
		public Disconnect {
			requireName("user", user);
		}

	}

	/**
	 * Ends the subscriptions of a user to a channel. The clients are told to log in
	 * again, and when they come back, the authorizer decides anew.
	 *
	 * @param channel the id of the channel
	 * @param user the name of the user
	 */
	record Revoke(String channel, String user) implements OfUser {

		/**
		 * Creates a command.
		 * @param channel the id of the channel
		 * @param user the name of the user
		 * @throws IllegalArgumentException if the id or the name is empty
		 */
		public Revoke {
			requireName("channel", channel);
			requireName("user", user);
		}

	}

	private static void requireName(String what, String name) {
		if (name.isEmpty()) {
			throw new IllegalArgumentException("The name of the %s is empty".formatted(what));
		}
	}

	/**
	 * Changes how long polls are held.
	 *
	 * @param timeout the timeout, not negative
	 * @param kill whether to end all waiting clients
	 */
	record SetTimeout(Duration timeout, boolean kill) implements CometCommand {

		/**
		 * The name of the command.
		 */
		public static final String NAME = "set_timeout";

		private static final String KILL = "KILL";

		private static final Pattern SECONDS = Pattern
			.compile("[+-]?(\\d{1,18}\\.?\\d{0,18}|\\.\\d{1,18})([eE][+-]?\\d{1,2})?");

		private static Optional<CometCommand> parse(List<String> arguments) {
			boolean kill = arguments.size() == 2 && arguments.get(1).equals(KILL);
			if (arguments.size() == 1 || kill) {
				return Optional.of(new SetTimeout(parseTimeout(arguments.get(0)), kill));
			}
			return Optional.empty();
		}

		/**
		 * Reads a timeout: seconds as a decimal number with or without a fraction, or an
		 * ISO 8601 duration such as {@code PT30S}.
		 * @param value the text, or {@code null} if there is none
		 * @return the timeout
		 * @throws InvalidTimeoutException if it is neither, is not finite, is negative or
		 * is longer than a year
		 */
		public static Duration parseTimeout(@Nullable String value) {
			Duration timeout = (value != null) ? read(value) : null;
			if (timeout == null || timeout.isNegative() || timeout.compareTo(CometControl.LONGEST_TIMEOUT) > 0) {
				throw new InvalidTimeoutException();
			}
			return timeout;
		}

		private static @Nullable Duration read(String value) {
			try {
				if (!SECONDS.matcher(value).matches()) {
					return Duration.parse(value);
				}
				// Rounded down, so that a negative number stays one
				return Duration
					.ofNanos(new BigDecimal(value).movePointRight(9).setScale(0, RoundingMode.FLOOR).longValueExact());
			}
			catch (RuntimeException ex) {
				// DateTimeParseException, or ArithmeticException for far too many seconds
				return null;
			}
		}

	}

}
