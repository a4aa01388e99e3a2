package io.github.cometspring.redis;

import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.BrokerState;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.ChannelSettings;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.Test;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The state of a broker with more channels than calls can be in flight.
 */
class RedisStateTests {

	private static final int CHANNELS = 70_000;

	@Test
	void stateWhenThereAreMoreChannelsThanCallsMayBeInFlightShouldLeaveRoomForPublications() {
		try (RedisServer server = RedisServer.start(); RedisNodes nodes = new RedisNodes()) {
			RedisChannelBroker broker = nodes.broker(nodes.node(server.port(), "comet", null));
			ChannelLog log = broker.create("news", ChannelSettings.DEFAULT).block(PATIENCE);
			log.append("1").block(PATIENCE);
			register(server);
			CompletableFuture<BrokerState> state = broker.state().toFuture();
			do {
				log.append("2").block(PATIENCE);
			}
			while (!state.isDone());
			assertThat(state.join().channels()).isEqualTo(CHANNELS + 1);
			assertThat(state.join().retained()).isPositive();
		}
	}

	/**
	 * Registers channels as nodes do, in one call of a script.
	 */
	private static void register(RedisServer server) {
		String value = new Registration("channel", "-", 1, ChannelSettings.DEFAULT).value();
		String script = "for i = 1, %d do redis.call('HSET', 'comet:{registry}:channels', 'channel-' .. i, i .. '%s') end"
			.formatted(CHANNELS, value.substring(1));
		server.command("EVAL \"" + script + "\" 0");
	}

}
