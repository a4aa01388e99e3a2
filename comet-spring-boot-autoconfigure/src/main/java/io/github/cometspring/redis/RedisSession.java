package io.github.cometspring.redis;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import io.github.cometspring.redis.IncompatibleRedisException.Reason;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;

/**
 * A connection for commands that is ready for use: the scripts are loaded, and the run of
 * the server is known.
 *
 * @param connection the connection
 * @param run the run id of the server, which changes when the server is restarted
 * @param digests the digests by which the server knows the scripts
 * @param begun when the connection became ready, in nanoseconds
 */
record RedisSession(StatefulRedisConnection<String, String> connection, String run, Map<RedisScript, String> digests,
		long begun) {

	/** The version of the format of keys and values. Raise it when the format changes. */
	private static final int FORMAT = 1;

	private static final Pattern RUN = Pattern.compile("(?m)^run_id:(\\S+)");

	private static final Pattern VERSION = Pattern.compile("(?m)^redis_version:(\\d+)\\.(\\d+)");

	/**
	 * Checks the server and loads the scripts.
	 * @param connection the connection
	 * @param keys the names of keys
	 * @param checkRuns whether scripts get the run of the server; for tests
	 * @return the session, or {@link IncompatibleRedisException}
	 */
	static CompletionStage<RedisSession> prepare(StatefulRedisConnection<String, String> connection, RedisKeys keys,
			boolean checkRuns) {
		return connection.async().info("server").thenCompose((info) -> {
			checkVersion(info);
			return load(connection).thenCompose(
					(digests) -> check(connection, digests, keys).thenApply((checked) -> new RedisSession(connection,
							checkRuns ? run(info) : "any", digests, System.nanoTime())));
		});
	}

	private static CompletionStage<Map<RedisScript, String>> load(StatefulRedisConnection<String, String> connection) {
		Map<RedisScript, CompletableFuture<String>> loads = new EnumMap<>(RedisScript.class);
		for (RedisScript script : RedisScript.values()) {
			loads.put(script, connection.async().scriptLoad(script.text()).toCompletableFuture());
		}
		return CompletableFuture.allOf(loads.values().toArray(CompletableFuture<?>[]::new)).thenApply((loaded) -> {
			Map<RedisScript, String> digests = new EnumMap<>(RedisScript.class);
			loads.forEach((script, digest) -> digests.put(script, digest.join()));
			return digests;
		});
	}

	private static CompletionStage<Void> check(StatefulRedisConnection<String, String> connection,
			Map<RedisScript, String> digests, RedisKeys keys) {
		CompletionStage<Void> rights = evaluate(connection, digests, RedisScript.RIGHTS, keys.check, keys.checkFeed)
			.thenAccept((answer) -> checkRights((List<?>) answer.get(1)));
		CompletionStage<Void> format = evaluate(connection, digests, RedisScript.FORMAT, keys.format,
				String.valueOf(FORMAT))
			.thenAccept((answer) -> checkFormat(String.valueOf(answer.get(0)), keys.format));
		return rights.thenCombine(format, (allowed, known) -> null);
	}

	private static CompletionStage<List<Object>> evaluate(StatefulRedisConnection<String, String> connection,
			Map<RedisScript, String> digests, RedisScript script, String key, String argument) {
		return connection.async()
			.evalsha(String.valueOf(digests.get(script)), ScriptOutputType.MULTI, new String[] { key }, argument);
	}

	private static void checkRights(List<?> denied) {
		if (!denied.isEmpty()) {
			String commands = denied.stream().map(String::valueOf).distinct().collect(Collectors.joining(", "));
			throw new IncompatibleRedisException(Reason.RIGHTS,
					"Redis denies its user commands that Comet needs, or the keys or feeds for them: " + commands);
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
				throw new IncompatibleRedisException(Reason.VERSION,
						"Redis %s.%s is too old: Comet needs Redis 6.2 or newer".formatted(version.group(1),
								version.group(2)));
			}
		}
	}

	private static void checkFormat(String format, String key) {
		if (!format.matches("\\d{1,9}") || Integer.parseInt(format) > FORMAT) {
			throw new IncompatibleRedisException(Reason.FORMAT,
					("The keys in Redis are of format %s, and this version of Comet knows %d "
							+ "(key '%s'): update this node, or set comet.redis.key-prefix to keys of its own")
						.formatted(format, FORMAT, key));
		}
	}

}
