package io.github.cometspring.metrics;

import java.util.Locale;

import io.github.cometspring.subscription.EndReason;

/**
 * The values of tags for enums that have names of their own.
 */
final class Words {

	private Words() {
	}

	/**
	 * The reason for which a client ended. A reason without a word here has its name.
	 */
	static String of(EndReason reason) {
		return switch (reason.name()) {
			case "CLIENT_GONE" -> "client";
			case "WRITE_TIMED_OUT" -> "slow";
			case "SHUT_DOWN" -> "shutdown";
			case "AGED" -> "age";
			default -> of((Enum<?>) reason);
		};
	}

	/**
	 * The name of a value in lower case, with hyphens.
	 */
	static String of(Enum<?> value) {
		return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
