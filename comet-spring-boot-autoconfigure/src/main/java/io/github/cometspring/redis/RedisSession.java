package io.github.cometspring.redis;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * A connection for commands that is fit for use: the scripts are loaded, and it is known
 * which run of the server is at its other end.
 *
 * @param connection the connection
 * @param run the name that the server has from its start to its end
 * @param digests the scripts, as the server calls them
 */
record RedisSession(StatefulRedisConnection<String, String> connection, String run, Map<RedisScript, String> digests) {

	/** What the keys look like, and what they mean. To be raised when that changes. */
	private static final int FORMAT = 1;

	private static final Pattern RUN = Pattern.compile("(?m)^run_id:(\\S+)");

	private static final Pattern VERSION = Pattern.compile("(?m)^redis_version:(\\d+)\\.(\\d+)");

	/**
	 * Makes a connection fit for use.
	 * @param connection the connection
	 * @param keys the names of keys
	 * @return the session, or {@link IncompatibleRedisException}
	 */
	static CompletionStage<RedisSession> begin(StatefulRedisConnection<String, String> connection, RedisKeys keys) {
		Map<RedisScript, String> digests = new EnumMap<>(RedisScript.class);
		CompletableFuture<?>[] loads = new CompletableFuture<?>[RedisScript.values().length];
		CompletableFuture<String> info = connection.async().info("server").toCompletableFuture();
		CompletableFuture<Void> format = info.thenCompose((server) -> {
			checkVersion(server);
			return connection.async().<java.util.List<Object>>eval(RedisScript.load("format"), ScriptOutputType.MULTI,
					new String[] { keys.format }, String.valueOf(FORMAT));
		}).thenAccept((answer) -> checkFormat(String.valueOf(answer.get(0)), keys.format));
		for (RedisScript script : RedisScript.values()) {
			loads[script.ordinal()] = connection.async()
				.scriptLoad(script.text())
				.thenAccept((digest) -> put(digests, script, digest))
				.toCompletableFuture();
		}
		return CompletableFuture.allOf(loads)
			.thenCombine(format, (loaded, checked) -> new RedisSession(connection, run(info.join()), digests));
	}

	private static void put(Map<RedisScript, String> digests, RedisScript script, String digest) {
		synchronized (digests) {
			digests.put(script, digest);
		}
	}

	private static String run(String info) {
		Matcher run = RUN.matcher(info);
		return run.find() ? run.group(1) : "unknown";
	}

	private static void checkVersion(String info) {
		Matcher version = VERSION.matcher(info);
		if (version.find()) {
			int major = Integer.parseInt(version.group(1));
			if (major < 6 || (major == 6 && Integer.parseInt(version.group(2)) < 2)) {
				throw new IncompatibleRedisException("Redis %s.%s is too old: Comet needs Redis 6.2 or newer"
					.formatted(version.group(1), version.group(2)));
			}
		}
	}

	private static void checkFormat(String format, String key) {
		if (!format.matches("\\d{1,9}") || Integer.parseInt(format) > FORMAT) {
			throw new IncompatibleRedisException(
					("The keys in Redis are of format %s, and this version of Comet knows %d "
							+ "(key '%s'): update this node, or set comet.redis.key-prefix to keys of its own")
						.formatted(format, FORMAT, key));
		}
	}

}
