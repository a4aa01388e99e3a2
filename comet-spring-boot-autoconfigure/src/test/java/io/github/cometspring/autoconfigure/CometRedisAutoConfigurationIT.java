package io.github.cometspring.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.InMemoryChannelBroker;
import io.github.cometspring.redis.RedisChannelBroker;
import io.github.cometspring.redis.RedisNode;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.web.Reader;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Complete servers on one Redis.
 */
class CometRedisAutoConfigurationIT {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static RedisServer redis;

	@BeforeAll
	static void start() {
		redis = RedisServer.start();
	}

	@AfterAll
	static void stop() {
		if (redis != null) {
			redis.close();
		}
	}

	private static CometServer node(String prefix, String... properties) {
		String[] all = new String[properties.length + 3];
		all[0] = "spring.data.redis.host=127.0.0.1";
		all[1] = "spring.data.redis.port=" + redis.port();
		all[2] = "comet.redis.key-prefix=" + prefix;
		System.arraycopy(properties, 0, all, 3, properties.length);
		return CometServer.start(all);
	}

	@ParameterizedTest
	@EnumSource(Transport.class)
	void clientWhenItMovesToAnotherNodeShouldResume(Transport transport) {
		String prefix = "moves-" + transport;
		try (CometServer here = node(prefix); CometServer there = node(prefix)) {
			Channel channel = here.create("a");
			channel.publish("1").block(PATIENCE);
			Reader first = new Reader(here.port(), Cursor.EARLIEST.token());
			assertThat(first.read(transport, List.of("a"), 1)).containsExactly("a=1");
			there.channels().find("a").flatMap((found) -> found.publish("2")).block(PATIENCE);
			Reader second = new Reader(there.port(), first.cursor());
			assertThat(second.read(transport, List.of("a"), 1)).containsExactly("a=2");
		}
	}

	@Test
	void clientWhenItWaitsShouldGetMessagesOfAnotherNode() {
		try (CometServer here = node("waits"); CometServer there = node("waits")) {
			Channel channel = here.create("a");
			try (RawConnection client = RawConnection.open(there.port())) {
				client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}");
				Channel found = there.channels().find("a").block(PATIENCE);
				Await.within(PATIENCE, () -> found.subscribers() == 1);
				channel.publish("hello").block(PATIENCE);
				assertThat(client.read().body()).contains("\"data\":\"hello\"");
			}
		}
	}

	@Test
	void channelWhenNodesHaveOtherPatternsShouldKeepSettingsOfTheNodeThatCreatedIt() {
		try (CometServer here = node("patterns", "comet.channels[prices/*].history.size=2");
				CometServer there = node("patterns", "comet.channels[prices/*].history.size=3")) {
			here.channels().obtain("prices/tin").block(PATIENCE);
			there.channels().obtain("prices/tin").block(PATIENCE);
			there.channels().obtain("prices/gold").block(PATIENCE);
			for (CometServer node : List.of(here, there)) {
				assertThat(historySize(node, "prices/tin")).isEqualTo(2);
				assertThat(historySize(node, "prices/gold")).isEqualTo(3);
			}
		}
	}

	private static int historySize(CometServer node, String channel) {
		return node.bean(ChannelBroker.class)
			.find(channel)
			.map((log) -> log.settings().historySize())
			.blockOptional(PATIENCE)
			.orElseThrow();
	}

	@Test
	void commandShouldApplyToANodeThatStartsLaterFromItsFirstRequest() {
		try (CometServer here = node("bound")) {
			here.create("a");
			assertThat(here.command("/deactivate").status()).isEqualTo(200);
			try (CometServer late = node("bound")) {
				assertThat(late.control().isActive()).isFalse();
				assertThat(late.poll("registration=a").status()).isEqualTo(here.poll("registration=a").status());
				assertThat(late.command("/activate").status()).isEqualTo(200);
				Await.within(PATIENCE, () -> here.control().isActive());
			}
		}
	}

	@Test
	void serverWhenRedisIsAwayShouldStartAndAnswer503() {
		try (CometServer alone = CometServer.start("spring.data.redis.url=redis://127.0.0.1:1",
				"comet.redis.command-timeout=200ms"); RawConnection client = RawConnection.open(alone.port())) {
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}");
			assertThat(client.read().status()).isEqualTo(503);
			assertThat(alone.command("/deactivate").status()).isEqualTo(503);
			assertThat(alone.control().isActive()).isFalse();
		}
	}

	@Test
	void applicationWhenItCreatesAChannelAtItsStartShouldFindRedis() {
		try (CometServer server = CometServer.start(new Class<?>[] { Creating.class },
				"spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redis.port(),
				"comet.redis.key-prefix=early")) {
			assertThat(server.channels().find("early").blockOptional(PATIENCE)).isPresent();
		}
	}

	@Test
	void serverWhenRedisIsSwitchedOffShouldKeepChannelsInMemory() {
		try (CometServer server = node("off", "comet.redis.enabled=false")) {
			assertThat(server.bean(ChannelBroker.class)).isInstanceOf(InMemoryChannelBroker.class);
		}
	}

	@Test
	void serverWhenNoConnectionIsConfiguredShouldKeepChannelsInMemory() {
		try (CometServer server = CometServer.start()) {
			assertThat(server.bean(ChannelBroker.class)).isInstanceOf(InMemoryChannelBroker.class);
			assertThat(server.context().getBeanNamesForType(RedisNode.class)).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.url=redis://127.0.0.1:", "comet.redis.enabled=true" })
	void serverWhenConnectionIsConfiguredShouldKeepChannelsOnRedis(String property) {
		String configured = property.endsWith(":") ? property + redis.port() : property;
		try (CometServer server = CometServer.start(configured, "spring.data.redis.port=" + redis.port(),
				"comet.redis.key-prefix=configured")) {
			assertThat(server.bean(ChannelBroker.class)).isInstanceOf(RedisChannelBroker.class);
			server.create("a").close().block(PATIENCE);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.data.redis.cluster.nodes=127.0.0.1:1",
			"spring.data.redis.cluster.nodes[0]=127.0.0.1:1", "spring.data.redis.masterreplica.nodes=127.0.0.1:1",
			"spring.data.redis.masterreplica.nodes[0]=127.0.0.1:1" })
	void serverWhenClusterIsConfiguredShouldNotStart(String property) {
		String name = property.substring(0, property.indexOf(".nodes")) + ".nodes";
		for (String further : List.of("comet.path=/comet", "comet.redis.enabled=true")) {
			assertThatException().isThrownBy(() -> CometServer.start(property, further).close())
				.havingRootCause()
				.withMessageContaining(name)
				.withMessageContaining("comet.redis.enabled to false");
		}
	}

	@Test
	void serverWhenApplicationHasABrokerOfItsOwnShouldNotUseRedis() {
		try (CometServer server = CometServer.start(new Class<?>[] { OwnBroker.class },
				"spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redis.port())) {
			assertThat(server.bean(ChannelBroker.class)).isInstanceOf(InMemoryChannelBroker.class);
			assertThat(server.context().getBeanNamesForType(RedisNode.class)).isEmpty();
			assertThat(server.command("/deactivate").status()).isEqualTo(200);
			assertThat(server.control().isActive()).isFalse();
		}
	}

	@Configuration(proxyBeanMethods = false)
	static class Creating {

		@Bean
		SmartInitializingSingleton creating(Channels channels) {
			return () -> channels.create("early").block(PATIENCE);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnBroker {

		@Bean
		InMemoryChannelBroker ownBroker() {
			return new InMemoryChannelBroker(null, Schedulers.parallel());
		}

	}

}
