package io.github.cometspring.autoconfigure;

import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.cometspring.subscription.Transport;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CometProperties}: defaults, and how values come into
 * {@link CometSettings}.
 */
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

	static CometProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("comet", CometProperties.class);
	}

}
