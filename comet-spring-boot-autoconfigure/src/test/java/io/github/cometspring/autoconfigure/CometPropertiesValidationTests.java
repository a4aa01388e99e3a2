package io.github.cometspring.autoconfigure;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

import static io.github.cometspring.autoconfigure.CometPropertiesTests.bind;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Which values of {@link CometProperties} are accepted, and how others are refused.
 */
class CometPropertiesValidationTests {

	@ParameterizedTest
	@ValueSource(strings = { "/comet", "/a", "/a/b", "/A-z_0.9~@", "/**", "/a.b/c" })
	void pathWhenLegalShouldBeAccepted(String path) {
		assertThat(CometSettings.of(bind(Map.of("comet.path", path))).path()).isEqualTo(path);
	}

	@ParameterizedTest
	@CsvSource({ "comet.path,''", "comet.path,comet", "comet.path,/", "comet.path,/comet/", "comet.path,//comet",
			"comet.path,/co met", "comet.path,/comet/**", "comet.path,/{x}", "comet.path,/*", "comet.path,/com?t",
			"comet.path,/comet?x", "comet.path,/%63omet", "comet.path,/a/../comet", "comet.path,/.",
			"comet.max-virtual-channels,-1", "comet.max-connections,0", "comet.max-connections,-1",
			"comet.max-channels-per-request,0", "comet.history.size,-1", "comet.history.max-age,0s",
			"comet.history.max-age,-1s", "comet.timeout,0s", "comet.timeout,-1s", "comet.timeout,400d",
			"comet.channel-idle-timeout,0s", "comet.channel-idle-timeout,-1ms", "comet.write-timeout,0s",
			"comet.heartbeat,0s", "comet.heartbeat,-1s", "comet.write-timeout,-1s", "comet.max-request-size,0B",
			"comet.max-request-size,-1B", "comet.max-message-size,0B", "comet.max-response-size,0B",
			"comet.max-response-size,5GB", "comet.shutdown.spread,-1s", "comet.shutdown.spread,400d",
			"comet.max-connection-age,0s", "comet.max-connection-age,-1s", "comet.max-connections-per-address,0",
			"comet.max-connections-per-user,0", "comet.channels[prices/*].history.size,-1",
			"comet.channels.news.history.max-age,0s", "comet.channels[a.b].idle-timeout,-1s",
			"comet.channels[**].idle-timeout,400d", "comet.redis.command-timeout,0s", "comet.redis.command-timeout,61m",
			"comet.redis.probe-interval,0s" })
	void valueWhenOutOfRangeShouldBeRefusedByName(String property, String value) {
		CometProperties properties = bind(Map.of(property, value));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo(property))
			.satisfies((ex) -> assertThat(ex.getReason()).endsWith("."));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			https://example.org               | https://example.org
			https://Example.ORG               | https://example.org
			HTTPS://example.org               | https://example.org
			https://example.org:443           | https://example.org
			https://example.org:0443          | https://example.org
			https://example.org:              | https://example.org
			http://example.org:80             | http://example.org
			http://example.org:443            | http://example.org:443
			https://example.org:80            | https://example.org:80
			https://example.org/              | https://example.org
			https://EXAMPLE.org:443/          | https://example.org
			https://example.org:8443          | https://example.org:8443
			http://my_host.lan:3000           | http://my_host.lan:3000
			http://localhost:5173             | http://localhost:5173
			http://127.0.0.1:5173             | http://127.0.0.1:5173
			http://[::1]:5173                 | http://[::1]:5173
			http://[0:0:0:0:0:0:0:1]          | http://[::1]
			http://[2001:DB8:0:0:1:0:0:1]     | http://[2001:db8::1:0:0:1]
			http://[2001:db8:0:1:1:1:1:1]     | http://[2001:db8:0:1:1:1:1:1]
			https://bücher.example            | https://xn--bcher-kva.example
			capacitor://localhost             | capacitor://localhost
			chrome-extension://abcdefghij     | chrome-extension://abcdefghij
			*                                 | *
			""")
	void originWhenLegalShouldBeAsBrowsersWriteIt(String configured, String expected) {
		assertThat(CometSettings.of(bind(Map.of("comet.allowed-origins", configured))).allowedOrigins())
			.containsExactly(expected);
	}

	@Test
	void originsWhenTheSameShouldBeOne() {
		assertThat(CometSettings
			.of(bind(Map.of("comet.allowed-origins", "https://example.org, https://EXAMPLE.org:443,http://b.example")))
			.allowedOrigins()).containsExactly("https://example.org", "http://b.example");
	}

	@ParameterizedTest
	@ValueSource(strings = { "example.org", "example.org:8080", "//example.org", "https:", "https://", "https:///",
			"https:example.org", "https://example.org/path", "https://example.org//", "https://example.org?x",
			"https://example.org/#", "https://user@example.org", "https://example.org:0", "https://example.org:65536",
			"https://example.org:port", "https://example.org:-1", "https://exa mple.org", "https://*.example.org",
			"https://*", "**", "null", "wss://example.org", "ws://example.org", "file:///", "https://[::1",
			"https://[::g]", "https://[fe80::1%25eth0]", "http://127.1", "http://256.1.1.1", "https://a..b",
			"https://example.org\\", "https://%65xample.org", "https://example.org,,https://b.example", "'*'",
			"\"https://example.org\"", "[https://example.org]", "https://example.org https://b.example", "https://-",
			"1https://example.org" })
	void originWhenNoBrowserWritesItShouldBeRefused(String origin) {
		CometProperties properties = bind(Map.of("comet.allowed-origins", origin));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("comet.allowed-origins"))
			.satisfies((ex) -> assertThat(ex.getReason()).contains("https://example.org").endsWith("."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", " ", ",", " , " })
	void transportsWhenNoneShouldBeRefused(String none) {
		CometProperties properties = bind(Map.of("comet.transports", none));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("comet.transports"))
			.satisfies((ex) -> assertThat(ex.getReason()).contains("comet.enabled").endsWith("."));
	}

	@Test
	void transportsWhenPathIsEverywhereAndLegacyIsOffShouldBeRefused() {
		CometProperties properties = bind(Map.of("comet.path", "/**", "comet.transports", "json,sse"));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("comet.transports"))
			.satisfies((ex) -> assertThat(ex.getReason()).contains("comet.path").endsWith("."));
	}

	@ParameterizedTest
	@ValueSource(strings = { "*", "https://example.org,*" })
	void credentialsWhenEveryOriginIsAllowedShouldBeRefused(String origins) {
		CometProperties properties = bind(
				Map.of("comet.allowed-origins", origins, "comet.allowed-credentials", "true"));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo("comet.allowed-credentials"))
			.satisfies((ex) -> assertThat(ex.getReason()).contains("comet.allowed-origins").endsWith("."));
	}

	@Test
	void credentialsWhenOriginsAreNamedShouldBeAccepted() {
		assertThatNoException().isThrownBy(() -> CometSettings
			.of(bind(Map.of("comet.allowed-origins", "https://example.org", "comet.allowed-credentials", "true"))));
	}

	@ParameterizedTest
	@ValueSource(strings = { "comet.timeout", "comet.heartbeat", "comet.write-timeout", "comet.authorization.timeout",
			"comet.authorization.max-age", "comet.channel-idle-timeout", "comet.history.max-age" })
	void durationWhenTooShortForAnyTimerShouldBeRefused(String property) {
		CometProperties properties = bind(Map.of(property, "999us"));
		assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
			.isThrownBy(() -> CometSettings.of(properties))
			.satisfies((ex) -> assertThat(ex.getName()).isEqualTo(property));
	}

	@ParameterizedTest
	@ValueSource(strings = { "secret", "sixteen bytes in base64=", "31 characters are not enough..." })
	void grantKeyWhenTooShortShouldBeRefusedByNumberAndNotByValue(String key) {
		CometProperties properties = bind(
				Map.of("comet.grants.keys[0]", "enough".repeat(6), "comet.grants.keys[1]", key));
		assertThatExceptionOfType(InvalidGrantKeyException.class).isThrownBy(() -> CometSettings.of(properties))
			.withMessageContaining("comet.grants.keys")
			.withMessageContaining("Key 2")
			.withMessageContaining(key.length() + " characters")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(key));
	}

	@Test
	void historySizeWhenZeroShouldBeAccepted() {
		assertThatNoException().isThrownBy(() -> CometSettings.of(bind(Map.of("comet.history.size", "0"))));
	}

}
