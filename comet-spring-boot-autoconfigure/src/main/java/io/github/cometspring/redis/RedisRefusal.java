package io.github.cometspring.redis;

import java.security.GeneralSecurityException;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.redis.IncompatibleRedisException.Reason;
import io.lettuce.core.RedisCommandExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * An error with which Redis has answered a command.
 *
 * @param code the error code, if Comet knows it, or an empty text
 * @param message the error
 */
record RedisRefusal(String code, String message) {

	/**
	 * Before version 7, Redis puts the line of the script before the error of a script.
	 */
	private static final Pattern CODE = Pattern.compile("(?:^|[ -])(LOADING|BUSY|MASTERDOWN|READONLY|OOM|MISCONF"
			+ "|NOREPLICAS|CLUSTERDOWN|TRYAGAIN|NOSCRIPT|NOAUTH|WRONGPASS|NOPERM|WRONGTYPE)\\b");

	private static final Set<String> TEMPORARY = Set.of("LOADING", "BUSY", "MASTERDOWN", "READONLY", "OOM", "MISCONF",
			"NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN");

	/**
	 * The errors of different versions for commands that the user may not use in scripts.
	 */
	private static final Pattern DENIED = Pattern
		.compile("^NOPERM|ACL failure in script|The user executing the script can't");

	private static final Pattern LOGIN = Pattern.compile("^(NOAUTH|WRONGPASS)|\\bAUTH\\b|invalid password");

	static RedisRefusal of(String message) {
		Matcher code = CODE.matcher(message);
		return new RedisRefusal(code.find() ? code.group(1) : "", message);
	}

	static RedisRefusal of(RedisCommandExecutionException ex) {
		return of(String.valueOf(ex.getMessage()));
	}

	/**
	 * Whether the same command may succeed later without a change of the configuration.
	 */
	boolean isTemporary() {
		return TEMPORARY.contains(this.code) || this.message.contains("max number of clients");
	}

	/**
	 * Whether the server is a replica, which does not accept writes.
	 */
	boolean isReadOnly() {
		return this.code.equals("READONLY");
	}

	/**
	 * Whether the server does not have the scripts.
	 */
	boolean isWithoutScripts() {
		return this.code.equals("NOSCRIPT");
	}

	/**
	 * Whether a key has a type or entries that Comet has not written.
	 */
	boolean isOfAnotherType() {
		return this.code.equals("WRONGTYPE") || this.message.contains("specified in XADD");
	}

	private IncompatibleRedisException toException() {
		if (DENIED.matcher(this.message).find()) {
			return new IncompatibleRedisException(Reason.RIGHTS,
					"Redis denies its user a command, a key or a feed that Comet needs: " + this.message);
		}
		if (LOGIN.matcher(this.message).find()) {
			return new IncompatibleRedisException(Reason.LOGIN,
					"Redis does not accept the user name or the password: " + this.message);
		}
		return new IncompatibleRedisException(Reason.OTHER, "Redis refuses this node: " + this.message);
	}

	/**
	 * Decides whether attempts to connect will fail until the configuration is changed.
	 * @param failure the failure of an attempt, or {@code null} if it succeeded
	 * @return the reason, or {@code null} if another attempt may succeed
	 */
	static @Nullable IncompatibleRedisException lasting(@Nullable Throwable failure) {
		for (Throwable next = failure; next != null; next = next.getCause()) {
			if (next instanceof IncompatibleRedisException incompatible) {
				return incompatible;
			}
			if (next instanceof RedisCommandExecutionException refused) {
				RedisRefusal refusal = of(refused);
				return refusal.isTemporary() ? null : refusal.toException();
			}
			// Redis has sent the alert, for example because it requires a certificate.
			if (next instanceof GeneralSecurityException
					|| String.valueOf(next.getMessage()).contains("Received fatal alert")) {
				return new IncompatibleRedisException(Reason.TLS, "TLS with Redis fails: " + next.getMessage());
			}
		}
		return null;
	}

}
