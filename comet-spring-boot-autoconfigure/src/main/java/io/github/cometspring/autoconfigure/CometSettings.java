package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import io.github.cometspring.channel.ChannelDefaults;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.security.GrantKey;
import io.github.cometspring.security.PublishKeys;
import io.github.cometspring.subscription.SubscriptionLimits;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.web.CometHandlerMapping;
import io.github.cometspring.web.PublishLimits;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * The validated properties, converted to the settings of the other packages.
 *
 * @param path the path of the endpoint
 * @param maxVirtualChannels how many channels there may be, or {@code null} for no limit
 * @param timeout how long a poll is held
 * @param channels the default settings of channels
 * @param limits the limits of clients
 * @param writeTimeout how long a write to a client may make no progress
 * @param maxRequestSize the size of the largest request body, in bytes
 * @param maxMessageSize the size of the largest message, in bytes
 * @param allowedOrigins the foreign origins whose pages may listen
 * @param allowedCredentials whether pages of the allowed origins may send credentials
 * @param authorizationTimeout how long the authorizer may take to decide
 * @param transports the dialects that are switched on
 * @param fastPath whether requests and messages may bypass WebFlux
 * @param authorizationMaxAge how old a decision of the authorizer may become, or
 * {@code null} for no limit
 * @param shutdownSpread the time over which waiting clients are ended at shutdown
 * @param grantKeys the keys of signed grants, the one that signs first
 * @param observationEnabled whether publications can be followed in traces
 * @param channelDefaults the default settings of channels, also by name
 * @param publish the settings of publication over HTTP
 * @param loginMaxAge how old the log-in of a poll may become, or zero to check it each
 * time
 */
record CometSettings(String path, @Nullable Integer maxVirtualChannels, Duration timeout, ChannelSettings channels,
		SubscriptionLimits limits, Duration writeTimeout, int maxRequestSize, long maxMessageSize,
		List<String> allowedOrigins, boolean allowedCredentials, Duration authorizationTimeout,
		Set<Transport> transports, boolean fastPath, @Nullable Duration authorizationMaxAge, Duration shutdownSpread,
		List<GrantKey> grantKeys, boolean observationEnabled, ChannelDefaults channelDefaults, PublishSettings publish,
		Duration loginMaxAge) {

	// The resolution of timers
	private static final Duration SHORTEST = Duration.ofMillis(1);

	// Deadlines are counted in nanoseconds of 64 bits.
	private static final Duration LONGEST = Duration.ofDays(365);

	// The client of Redis counts milliseconds in 32 bits, and no caller waits for days.
	private static final Duration LONGEST_COMMAND = Duration.ofHours(1);

	// Bodies and messages are read into one array
	private static final DataSize LARGEST = DataSize.ofGigabytes(1);

	static CometSettings of(CometProperties properties) {
		String path = path(properties.path());
		atLeast(0, "comet.max-virtual-channels", properties.maxVirtualChannels());
		atLeast(1, "comet.max-connections", properties.maxConnections());
		atLeast(1, "comet.max-channels-per-request", properties.maxChannelsPerRequest());
		atLeast(0, "comet.history.size", properties.history().size());
		positive("comet.channel-idle-timeout", properties.channelIdleTimeout());
		positive("comet.timeout", properties.timeout());
		positive("comet.heartbeat", properties.heartbeat());
		positive("comet.write-timeout", properties.writeTimeout());
		positive("comet.authorization.timeout", properties.authorization().timeout());
		positive("comet.authorization.max-age", properties.authorization().maxAge());
		positive("comet.history.max-age", properties.history().maxAge());
		positive("comet.max-connection-age", properties.maxConnectionAge());
		atLeast(1, "comet.max-connections-per-address", properties.maxConnectionsPerAddress());
		atLeast(1, "comet.max-connections-per-user", properties.maxConnectionsPerUser());
		if (!properties.shutdown().spread().isZero()) {
			positive("comet.shutdown.spread", properties.shutdown().spread());
		}
		if (!properties.loginMaxAge().isZero()) {
			positive("comet.login-max-age", properties.loginMaxAge());
		}
		within(LONGEST_COMMAND, "1 hour", "comet.redis.command-timeout", properties.redis().commandTimeout());
		positive("comet.redis.probe-interval", properties.redis().probeInterval());
		if (!properties.redis().keyPrefix().matches("[\\w.:~@/-]+")) {
			throw invalid("comet.redis.key-prefix", properties.redis().keyPrefix(),
					"Must consist of letters, digits and . _ ~ @ / : -, and not be empty.");
		}
		List<String> origins = origins("comet.allowed-origins", properties.allowedOrigins());
		if (properties.allowedCredentials() && origins.contains(AllowedOrigin.ANY)) {
			throw invalid("comet.allowed-credentials", true,
					"Must not be set while comet.allowed-origins has '*': name the origins whose pages may send credentials.");
		}
		ChannelSettings channels = ChannelSettings.DEFAULT.withHistorySize(properties.history().size())
			.withHistoryMaxAge(properties.history().maxAge())
			.withIdleTimeout(properties.channelIdleTimeout());
		return new CometSettings(path, properties.maxVirtualChannels(), properties.timeout(), channels,
				new SubscriptionLimits(properties.maxConnections(), properties.maxChannelsPerRequest(),
						bytes("comet.max-response-size", properties.maxResponseSize()), properties.heartbeat(),
						properties.maxConnectionAge(), properties.maxConnectionsPerAddress(),
						properties.maxConnectionsPerUser()),
				properties.writeTimeout(), bytes("comet.max-request-size", properties.maxRequestSize()),
				bytes("comet.max-message-size", properties.maxMessageSize()), origins, properties.allowedCredentials(),
				properties.authorization().timeout(), transports(properties.transports(), path), properties.fastPath(),
				properties.authorization().maxAge(), properties.shutdown().spread(),
				grantKeys(properties.grants().keys()), properties.observationEnabled(),
				ChannelPatterns.defaults(properties.channels(), channels), publish(properties, path),
				properties.loginMaxAge());
	}

	private static PublishSettings publish(CometProperties properties, String path) {
		CometProperties.Publish publish = properties.publish();
		atLeast(1, "comet.publish.max-messages", publish.maxMessages());
		positive("comet.publish.idempotency-time", publish.idempotencyTime());
		for (int i = 0; i < publish.keys().size(); i++) {
			int length = publish.keys().get(i).length();
			if (length < PublishKeys.MIN_LENGTH) {
				throw new InvalidGrantKeyException("comet.publish.keys", i + 1, length);
			}
		}
		List<String> origins = origins("comet.publish.allowed-origins", publish.allowedOrigins());
		if (origins.contains(AllowedOrigin.ANY)) {
			throw invalid("comet.publish.allowed-origins", AllowedOrigin.ANY,
					"Must not be '*': name the origins whose pages may publish.");
		}
		return new PublishSettings(publish.enabled(), PublishSettings.path(path), new PublishKeys(publish.keys()),
				new PublishLimits(publish.maxMessages(), properties.maxChannelsPerRequest(), publish.createChannels(),
						publish.idempotencyTime()),
				bytes("comet.publish.max-request-size", publish.maxRequestSize()), origins);
	}

	private static String path(String path) {
		if (!path.equals(CometHandlerMapping.EVERYWHERE) && !path.matches("(/(?!\\.{1,2}(/|$))[\\w.~@-]+)+")) {
			throw invalid("comet.path", path,
					"Must begin with '/' and consist of letters, digits and . _ ~ @ -, or be '/**'.");
		}
		return path;
	}

	private static List<String> origins(String property, List<String> configured) {
		return configured.stream()
			.map((origin) -> AllowedOrigin.of(origin)
				.orElseThrow(() -> invalid(property, origin,
						"Must be origins as browsers send them, such as https://example.org or http://localhost:3000, or '*'.")))
			.distinct()
			.toList();
	}

	private static Set<Transport> transports(Set<Transport> configured, String path) {
		Set<Transport> transports = new LinkedHashSet<>(configured);
		// What Spring Boot makes of a blank
		transports.removeIf(Objects::isNull);
		if (transports.isEmpty()) {
			throw invalid("comet.transports", "", "Must name a dialect. Set comet.enabled to false to switch all off.");
		}
		if (path.equals(CometHandlerMapping.EVERYWHERE) && !transports.contains(Transport.LEGACY)) {
			throw invalid("comet.transports", transports,
					"Must have 'legacy' while comet.path is '/**', where no other dialect is spoken.");
		}
		return transports;
	}

	/**
	 * Creates the keys of grants. The error of a key that is too short does not contain
	 * the key, so it is not the exception of the other properties.
	 */
	private static List<GrantKey> grantKeys(List<String> secrets) {
		List<GrantKey> keys = new ArrayList<>(secrets.size());
		for (String secret : secrets) {
			if (secret.length() < GrantKey.MIN_LENGTH) {
				throw new InvalidGrantKeyException(keys.size() + 1, secret.length());
			}
			keys.add(GrantKey.of(secret));
		}
		return List.copyOf(keys);
	}

	static void atLeast(int least, String property, @Nullable Integer value) {
		if (value != null && value < least) {
			throw invalid(property, value, "Must be " + least + " or more.");
		}
	}

	static void positive(String property, @Nullable Duration value) {
		within(LONGEST, "365 days", property, value);
	}

	private static void within(Duration longest, String text, String property, @Nullable Duration value) {
		if (value != null && (value.compareTo(SHORTEST) < 0 || value.compareTo(longest) > 0)) {
			throw invalid(property, value, "Must be positive, at least 1ms, and at most " + text + ".");
		}
	}

	private static int bytes(String property, DataSize value) {
		if (value.toBytes() < 1 || value.compareTo(LARGEST) > 0) {
			throw invalid(property, value, "Must be positive, and at most 1GB.");
		}
		return (int) value.toBytes();
	}

	private static InvalidConfigurationPropertyValueException invalid(String property, Object value, String reason) {
		return new InvalidConfigurationPropertyValueException(property, value, reason);
	}

}
