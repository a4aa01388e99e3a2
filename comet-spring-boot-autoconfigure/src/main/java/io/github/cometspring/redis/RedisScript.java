package io.github.cometspring.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Objects;

/**
 * The Lua scripts, each in a file of its own. Redis executes a script atomically.
 */
enum RedisScript {

	APPEND, READ, BEGIN, CLOSE, RETAINED, REGISTER, FIND, LIST, REMOVE, ENDED, USE, REVIVE, PROBE, CONTROL,

	RIGHTS, FORMAT;

	private final String text;

	RedisScript() {
		this.text = load(name());
	}

	private static String load(String name) {
		String file = "/META-INF/comet/redis/" + name.toLowerCase(Locale.ROOT) + ".lua";
		try (InputStream in = Objects.requireNonNull(RedisScript.class.getResourceAsStream(file), file)) {
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The name of the script for meters.
	 */
	String id() {
		return name().toLowerCase(Locale.ROOT);
	}

	/**
	 * The source of the script.
	 */
	String text() {
		return this.text;
	}

}
