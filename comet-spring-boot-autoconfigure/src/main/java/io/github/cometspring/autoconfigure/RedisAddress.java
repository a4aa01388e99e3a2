package io.github.cometspring.autoconfigure;

import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.data.redis.autoconfigure.DataRedisConnectionDetails;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.core.env.Environment;

/**
 * Converts the connection details of Spring Boot, from properties or a service
 * connection, to those of Lettuce.
 */
final class RedisAddress {

	static final String CLUSTER = "spring.data.redis.cluster.nodes";

	static final String MASTER_REPLICA = "spring.data.redis.masterreplica.nodes";

	private RedisAddress() {
	}

	static RedisURI of(DataRedisConnectionDetails details, Environment environment) {
		if (details.getCluster() != null) {
			throw new InvalidConfigurationPropertyValueException(CLUSTER, details.getCluster().getNodes(),
					"Comet does not work with several masters yet. Name one Redis, or set comet.redis.enabled to false.");
		}
		checkMasterReplica(details, environment);
		RedisURI uri = details.getSentinel() != null ? sentinel(details.getSentinel())
				: standalone(details.getStandalone());
		logIn(uri, details.getUsername(), details.getPassword());
		String url = environment.getProperty("spring.data.redis.url", "");
		uri.setSsl(details.getSslBundle() != null || url.startsWith("rediss://"));
		return uri;
	}

	/**
	 * Refuses a list of a master and its replicas. The property is read, since the
	 * connection details of Spring Boot 4.0 have no such list.
	 */
	private static void checkMasterReplica(DataRedisConnectionDetails details, Environment environment) {
		if (OnCometRedisCondition.isDefault(details.getClass())) {
			Binder.get(environment).bind(MASTER_REPLICA, Bindable.listOf(String.class)).ifBound((nodes) -> {
				throw new InvalidConfigurationPropertyValueException(MASTER_REPLICA, nodes,
						"Comet does not find the master among several nodes. Name the master by spring.data.redis.url "
								+ "instead, or use Sentinel, or set comet.redis.enabled to false.");
			});
		}
	}

	private static RedisURI standalone(DataRedisConnectionDetails.@Nullable Standalone standalone) {
		if (standalone == null) {
			throw new IllegalStateException("The connection details name no Redis that Comet can use");
		}
		return RedisURI.builder()
			.withHost(standalone.getHost())
			.withPort(standalone.getPort())
			.withDatabase(standalone.getDatabase())
			.build();
	}

	private static RedisURI sentinel(DataRedisConnectionDetails.Sentinel sentinel) {
		RedisURI uri = new RedisURI();
		uri.setSentinelMasterId(sentinel.getMaster());
		uri.setDatabase(sentinel.getDatabase());
		sentinel.getNodes().forEach((node) -> {
			RedisURI address = RedisURI.create(node.host(), node.port());
			logIn(address, sentinel.getUsername(), sentinel.getPassword());
			uri.getSentinels().add(address);
		});
		return uri;
	}

	private static void logIn(RedisURI uri, @Nullable String username, @Nullable String password) {
		if (password != null && username != null) {
			uri.setAuthentication(username, password);
		}
		else if (password != null) {
			uri.setAuthentication(password);
		}
	}

	/**
	 * The options of TLS.
	 * @return the options, or {@code null} for the defaults
	 */
	static @Nullable SslOptions ssl(DataRedisConnectionDetails details) {
		SslBundle bundle = details.getSslBundle();
		if (bundle == null) {
			return null;
		}
		SslOptions.Builder options = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		String[] ciphers = bundle.getOptions().getCiphers();
		if (ciphers != null) {
			options.cipherSuites(ciphers);
		}
		String[] protocols = bundle.getOptions().getEnabledProtocols();
		if (protocols != null) {
			options.protocols(protocols);
		}
		return options.build();
	}

}
