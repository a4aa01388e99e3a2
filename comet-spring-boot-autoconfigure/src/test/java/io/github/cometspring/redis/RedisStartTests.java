package io.github.cometspring.redis;

import java.time.Duration;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import reactor.test.StepVerifier;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static io.github.cometspring.redis.Traffic.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Nodes that start while Redis is away, or with a Redis that they cannot use.
 */
class RedisStartTests {

	private final RedisNodes nodes = new RedisNodes().with(RedisNodes.FAST, Duration.ofSeconds(2));

	private RedisServer server;

	@BeforeEach
	void start() {
		this.server = RedisServer.start();
	}

	@AfterEach
	void stop() {
		this.nodes.close();
		if (this.server != null) {
			this.server.close();
		}
	}

	@Test
	void startWhenServerIsAwayShouldConnectLater() {
		this.server.stop();
		RedisNode node = this.nodes.node(this.server.port(), "comet", 10);
		RedisChannelBroker late = new RedisChannelBroker(node);
		RedisNodes.start(node);
		StepVerifier.create(late.create("late", SETTINGS))
			.expectErrorSatisfies((ex) -> assertThat(ex).isInstanceOfSatisfying(BrokerUnavailableException.class,
					(away) -> assertThat(away.isOutcomeUnknown()).isFalse()))
			.verify(PATIENCE);
		this.server.startAgain();
		Await.within(PATIENCE, () -> node.isConnected() && node.isSubscribed());
		assertThat(late.create("late", SETTINGS).block(PATIENCE)).isNotNull();
		late.dispose();
	}

	@Test
	void startWhenFormatIsNewerShouldFail() {
		this.server.command("SET new:{registry}:format 2");
		RedisNode node = this.nodes.node(this.server.port(), "new", 10);
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.withMessageContaining("format 2")
			.withMessageContaining("comet.redis.key-prefix");
	}

	@Test
	void startWhenPasswordIsMissingShouldFail() {
		this.server.command("CONFIG SET requirepass secret");
		RedisNode node = this.nodes.node(this.server.port(), "comet", 10);
		assertThatExceptionOfType(IncompatibleRedisException.class).isThrownBy(() -> RedisNodes.start(node))
			.withMessageContaining("NOAUTH");
	}

}
