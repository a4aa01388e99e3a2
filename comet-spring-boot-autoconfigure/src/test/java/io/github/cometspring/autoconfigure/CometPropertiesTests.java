package io.github.cometspring.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;

class CometPropertiesTests {

	@Test
	void defaultsShouldBeThoseOfTheDesign() {
		CometProperties properties = bind(Map.of());
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.path()).isEqualTo("/comet");
		assertThat(properties.maxVirtualChannels()).isNull();
		assertThat(properties.timeout()).isEqualTo(Duration.ofSeconds(20));
		assertThat(properties.history().size()).isEqualTo(100);
		assertThat(properties.history().maxAge()).isEqualTo(Duration.ofMinutes(5));
		assertThat(properties.channelIdleTimeout()).isNull();
		assertThat(properties.writeTimeout()).isEqualTo(Duration.ofSeconds(30));
		assertThat(properties.maxConnections()).isEqualTo(100_000);
		assertThat(properties.maxChannelsPerRequest()).isEqualTo(100);
		assertThat(properties.maxRequestSize()).isEqualTo(DataSize.ofKilobytes(16));
		assertThat(properties.maxMessageSize()).isEqualTo(DataSize.ofKilobytes(64));
		assertThat(properties.maxResponseSize()).isEqualTo(DataSize.ofMegabytes(1));
		assertThat(properties.allowedOrigins()).isEmpty();
		assertThat(properties.transports()).containsExactlyInAnyOrder(Transport.values());
		assertThat(properties.heartbeat()).isEqualTo(Duration.ofSeconds(15));
		assertThat(properties.shutdown().spread()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.maxConnectionAge()).isNull();
		assertThat(properties.maxConnectionsPerAddress()).isNull();
		assertThat(properties.maxConnectionsPerUser()).isNull();
		assertThat(properties.observationEnabled()).isFalse();
	}

	@Test
	void propertiesShouldBeBound() {
		CometProperties properties = bind(Map.ofEntries(Map.entry("comet.enabled", "false"),
				Map.entry("comet.path", "/push"), Map.entry("comet.max-virtual-channels", "7"),
				Map.entry("comet.timeout", "1500ms"), Map.entry("comet.history.size", "3"),
				Map.entry("comet.history.max-age", "1h"), Map.entry("comet.channel-idle-timeout", "2d"),
				Map.entry("comet.write-timeout", "PT5S"), Map.entry("comet.max-connections", "9"),
				Map.entry("comet.max-channels-per-request", "4"), Map.entry("comet.max-request-size", "1B"),
				Map.entry("comet.max-message-size", "2KB"), Map.entry("comet.max-response-size", "3MB"),
				Map.entry("comet.allowed-origins", "https://a.example,https://b.example")));
		assertThat(properties.enabled()).isFalse();
		assertThat(properties.path()).isEqualTo("/push");
		assertThat(properties.maxVirtualChannels()).isEqualTo(7);
		assertThat(properties.timeout()).isEqualTo(Duration.ofMillis(1500));
		assertThat(properties.history().size()).isEqualTo(3);
		assertThat(properties.history().maxAge()).isEqualTo(Duration.ofHours(1));
		assertThat(properties.channelIdleTimeout()).isEqualTo(Duration.ofDays(2));
		assertThat(properties.writeTimeout()).isEqualTo(Duration.ofSeconds(5));
		assertThat(properties.maxConnections()).isEqualTo(9);
		assertThat(properties.maxChannelsPerRequest()).isEqualTo(4);
		assertThat(properties.maxRequestSize()).isEqualTo(DataSize.ofBytes(1));
		assertThat(properties.maxMessageSize()).isEqualTo(DataSize.ofKilobytes(2));
		assertThat(properties.maxResponseSize()).isEqualTo(DataSize.ofMegabytes(3));
		assertThat(properties.allowedOrigins()).containsExactly("https://a.example", "https://b.example");
	}

	@Test
	void settingsShouldCarryEveryProperty() {
		CometSettings settings = CometSettings.of(bind(Map.of("comet.path", "/push", "comet.max-virtual-channels", "7",
				"comet.timeout", "8s", "comet.history.size", "3", "comet.history.max-age", "1h",
				"comet.channel-idle-timeout", "2d", "comet.max-connections", "9", "comet.max-channels-per-request", "4",
				"comet.max-response-size", "3MB", "comet.allowed-origins", "*")));
		assertThat(settings.path()).isEqualTo("/push");
		assertThat(settings.maxVirtualChannels()).isEqualTo(7);
		assertThat(settings.timeout()).isEqualTo(Duration.ofSeconds(8));
		assertThat(settings.channels().historySize()).isEqualTo(3);
		assertThat(settings.channels().historyMaxAge()).isEqualTo(Duration.ofHours(1));
		assertThat(settings.channels().idleTimeout()).isEqualTo(Duration.ofDays(2));
		assertThat(settings.limits().maxConnections()).isEqualTo(9);
		assertThat(settings.limits().maxChannels()).isEqualTo(4);
		assertThat(settings.limits().maxResponseSize()).isEqualTo(3 * 1024 * 1024);
		assertThat(settings.allowedOrigins()).containsExactly("*");
	}

	@Test
	void settingsShouldCarryPropertiesOfStreams() {
		CometSettings settings = CometSettings
			.of(bind(Map.of("comet.transports", "sse,websocket", "comet.heartbeat", "3s")));
		assertThat(settings.transports()).containsExactlyInAnyOrder(Transport.SSE, Transport.WEBSOCKET);
		assertThat(settings.limits().heartbeat()).isEqualTo(Duration.ofSeconds(3));
	}

	@Test
	void settingsShouldCarryPropertiesOfShutdownAndOfEachClient() {
		CometSettings settings = CometSettings.of(bind(Map.of("comet.shutdown.spread", "7s", "comet.max-connection-age",
				"1h", "comet.max-connections-per-address", "8", "comet.max-connections-per-user", "4")));
		assertThat(settings.shutdownSpread()).isEqualTo(Duration.ofSeconds(7));
		assertThat(settings.limits().maxAge()).isEqualTo(Duration.ofHours(1));
		assertThat(settings.limits().maxPerAddress()).isEqualTo(8);
		assertThat(settings.limits().maxPerUser()).isEqualTo(4);
	}

	@Test
	void settingsShouldCarryWhetherPublicationsAreObserved() {
		assertThat(CometSettings.of(bind(Map.of("comet.observation-enabled", "true"))).observationEnabled()).isTrue();
	}

	@Test
	void shutdownSpreadWhenZeroShouldBeZero() {
		assertThat(CometSettings.of(bind(Map.of("comet.shutdown.spread", "0s"))).shutdownSpread()).isZero();
	}

	@Test
	void durationWhenNumberShouldBeMilliseconds() {
		// As everywhere in Spring Boot
		assertThat(bind(Map.of("comet.timeout", "20000")).timeout()).isEqualTo(Duration.ofSeconds(20));
	}

	@Test
	void maxVirtualChannelsWhenEmptyShouldBeNoLimit() {
		assertThat(CometSettings.of(bind(Map.of("comet.max-virtual-channels", ""))).maxVirtualChannels()).isNull();
	}

	@Test
	void maxVirtualChannelsWhenZeroShouldBeZero() {
		assertThat(CometSettings.of(bind(Map.of("comet.max-virtual-channels", "0"))).maxVirtualChannels()).isZero();
	}

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

	@Test
	void grantKeysShouldBeKeptInTheirOrder() {
		String first = "first".repeat(7);
		String second = "second".repeat(7);
		CometProperties properties = bind(Map.of("comet.grants.keys[0]", first, "comet.grants.keys[1]", second));
		assertThat(properties.grants().keys()).containsExactly(first, second);
		assertThat(CometSettings.of(properties).grantKeys()).hasSize(2);
	}

	@Test
	void grantKeysShouldNotBeShown() {
		CometProperties properties = bind(Map.of("comet.grants.keys", "secret".repeat(6)));
		assertThat(properties.toString()).contains("grants").doesNotContain("secret");
		assertThat(CometSettings.of(properties).toString()).contains("grantKeys").doesNotContain("secret");
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

	/**
	 * The properties with their dashed names, nested ones included, and their types.
	 * @return the properties
	 */
	static Map<String, Class<?>> all() {
		Map<String, Class<?>> properties = new LinkedHashMap<>();
		collect("comet", CometProperties.class, properties);
		return properties;
	}

	private static void collect(String prefix, Class<?> type, Map<String, Class<?>> properties) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
			if (List.of(CometProperties.class.getDeclaredClasses()).contains(component.getType())
					&& component.getType().isRecord()) {
				collect(name, component.getType(), properties);
			}
			else {
				properties.put(name, component.getType());
			}
		}
	}

	private static CometProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("comet", CometProperties.class);
	}

}
