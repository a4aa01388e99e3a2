package io.github.cometspring.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

import io.github.cometspring.redis.RedisChannelBroker;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.ReservedPort;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * The failure analysis of an application whose Redis cannot be used. A Redis that cannot
 * be reached does not fail the start.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisStartFailureIT {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String SHORT_TIMEOUT = "comet.redis.command-timeout=2s";

	private static final String PASSWORD = "password";

	@TempDir
	static Path folder;

	private static RedisServer redis;

	private static ReservedPort tls;

	@BeforeAll
	static void start() throws GeneralSecurityException, IOException, InterruptedException {
		Path certificate = folder.resolve("redis.crt");
		Path key = folder.resolve("redis.key");
		writeCertificate(certificate, key);
		tls = ReservedPort.any();
		redis = RedisServer.start("--tls-port", String.valueOf(tls.port()), "--tls-cert-file", certificate.toString(),
				"--tls-key-file", key.toString(), "--tls-ca-cert-file", certificate.toString(), "--tls-auth-clients",
				"no");
	}

	@AfterAll
	static void stop() {
		if (redis != null) {
			redis.close();
		}
		if (tls != null) {
			tls.close();
		}
	}

	private static void writeCertificate(Path certificate, Path key)
			throws IOException, InterruptedException, GeneralSecurityException {
		Path store = folder.resolve("redis.p12");
		Process keytool = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
				"-genkeypair", "-alias", "redis", "-keyalg", "EC", "-dname", "CN=redis", "-ext",
				"san=ip:127.0.0.1,dns:localhost", "-storetype", "PKCS12", "-keystore", store.toString(), "-storepass",
				PASSWORD)
			.redirectErrorStream(true)
			.start();
		keytool.getInputStream().transferTo(System.out);
		assertThat(keytool.waitFor()).isZero();
		KeyStore keys = KeyStore.getInstance("PKCS12");
		try (InputStream in = Files.newInputStream(store)) {
			keys.load(in, PASSWORD.toCharArray());
		}
		writePem(certificate, "CERTIFICATE", keys.getCertificate("redis").getEncoded());
		writePem(key, "PRIVATE KEY", keys.getKey("redis", PASSWORD.toCharArray()).getEncoded());
	}

	private static void writePem(Path file, String kind, byte[] bytes) throws IOException {
		String text = Base64.getMimeEncoder(64, new byte[] { '\n' }).encodeToString(bytes);
		Files.writeString(file, "-----BEGIN %1$s-----%n%2$s%n-----END %1$s-----%n".formatted(kind, text));
	}

	private static void assertStartFails(CapturedOutput output, int port, String[] properties, String... expected) {
		List<String> all = new ArrayList<>(List.of(properties));
		if (port > 0) {
			all.add("spring.data.redis.host=127.0.0.1");
			all.add("spring.data.redis.port=" + port);
		}
		if (!all.contains(SHORT_TIMEOUT)) {
			// A start without an answer of Redis does not fail.
			all.add("comet.redis.command-timeout=10s");
		}
		// An earlier server may still write while it ends.
		int begin = output.getAll().length();
		assertThatException().isThrownBy(() -> CometServer.start(all.toArray(String[]::new)).close());
		assertThat(output.getAll().substring(begin)).contains("APPLICATION FAILED TO START")
			.contains("Description:")
			.contains("Action:")
			.contains(expected)
			.contains("comet.redis.enabled")
			.doesNotContain("\tat ");
	}

	private static String[] with(String... properties) {
		return properties;
	}

	@ParameterizedTest
	@ValueSource(strings = { "5.0.7", "6.0.16" })
	void startWhenRedisIsTooOldShouldNameVersions(String version, CapturedOutput output) throws IOException {
		try (OldRedis old = new OldRedis(version)) {
			assertStartFails(output, old.port(), with(), "Redis " + version.substring(0, 3) + " is too old", "6.2",
					"spring.data.redis.url", "spring.data.redis.host");
		}
	}

	@Test
	void startWhenPasswordIsWrongShouldNameProperties(CapturedOutput output) {
		try (RedisServer secured = RedisServer.start()) {
			secured.command("ACL SETUSER comet on >secret ~* &* +@all");
			assertStartFails(output, secured.port(),
					with("spring.data.redis.username=comet", "spring.data.redis.password=wrong"), "WRONGPASS",
					"spring.data.redis.username", "spring.data.redis.password");
			assertThat(output).doesNotContain("wrong ").doesNotContain("=wrong");
		}
	}

	@Test
	void startWhenPasswordIsMissingShouldNameProperties(CapturedOutput output) {
		try (RedisServer secured = RedisServer.start()) {
			secured.command("CONFIG SET requirepass secret");
			assertStartFails(output, secured.port(), with(), "NOAUTH", "spring.data.redis.password");
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			~comet:* &* +@all -xadd | XADD
			~comet:* &* +@all -evalsha | evalsha
			~comet:* resetchannels &other:* +@all | channels
			~other:* &* +@all | keys
			""")
	void startWhenUserLacksRightsShouldNameLineOfDocument(String rights, String denied, CapturedOutput output)
			throws IOException {
		assertThat(redis.command("ACL SETUSER limited reset on >secret " + rights)).isEqualTo("+OK");
		assertStartFails(output, redis.port(),
				with("spring.data.redis.username=limited", "spring.data.redis.password=secret"), denied,
				"spring.data.redis.username", "ACL SETUSER", "docs/scaling.md");
		assertThat(Path.of("..", "docs", "scaling.md")).content().containsOnlyOnce("\nACL SETUSER comet ");
	}

	@Test
	void startWhenOnlyClientUsesTlsShouldNameProperties(CapturedOutput output) {
		// Redis may wait for more bytes; the attempt to connect takes three timeouts.
		assertStartFails(output, redis.port(), with("spring.data.redis.ssl.enabled=true", SHORT_TIMEOUT),
				"does not use TLS", "spring.data.redis.ssl.enabled", "spring.data.redis.url");
	}

	@Test
	void startWhenOnlyRedisUsesTlsShouldNameProperties(CapturedOutput output) {
		assertStartFails(output, tls.port(), with(), "uses TLS", "spring.data.redis.ssl.enabled",
				"spring.data.redis.url");
	}

	@Test
	void startWhenCertificateIsNotTrustedShouldNameProperties(CapturedOutput output) {
		assertStartFails(output, tls.port(), with("spring.data.redis.ssl.enabled=true"), "TLS with Redis fails",
				"spring.data.redis.ssl.bundle");
	}

	@Test
	void startWhenBothUseTlsShouldKeepChannelsOnRedis() {
		try (CometServer server = CometServer.start("spring.data.redis.host=127.0.0.1",
				"spring.data.redis.port=" + tls.port(), "spring.data.redis.ssl.bundle=redis",
				"spring.ssl.bundle.pem.redis.truststore.certificate=file:" + folder.resolve("redis.crt"))) {
			server.create("tls").publish("1").block(PATIENCE);
			assertThat(server.bean(RedisChannelBroker.class)).isNotNull();
		}
	}

	@Test
	void startWhenNoConnectionIsConfiguredShouldNameProperties(CapturedOutput output) {
		assertStartFails(output, 0, with("comet.redis.enabled=true"), "No connection to Redis is configured",
				"spring.data.redis.url", "spring.data.redis.host");
	}

	@Test
	void startWhenClientIsNotConfiguredShouldNameDependency(CapturedOutput output) {
		assertStartFails(output, 0, with("comet.redis.enabled=true",
				"spring.autoconfigure.exclude=org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration"),
				"spring-boot-starter-data-redis-reactive");
	}

	@Test
	void startWhenRedisIsAwayShouldAnswer503AndConnectLater() {
		try (RedisServer away = RedisServer.start()) {
			away.stop();
			try (CometServer server = CometServer.start("spring.data.redis.host=127.0.0.1",
					"spring.data.redis.port=" + away.port(), "comet.redis.command-timeout=500ms")) {
				assertThat(poll(server)).isEqualTo(503);
				away.startAgain();
				Await.within(PATIENCE, () -> poll(server) != 503);
				server.create("a").publish("1").block(PATIENCE);
				assertThat(poll(server)).isEqualTo(200);
			}
		}
	}

	private static int poll(CometServer server) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"],\"cursor\":\"earliest\"}");
			return client.read().status();
		}
	}

}
