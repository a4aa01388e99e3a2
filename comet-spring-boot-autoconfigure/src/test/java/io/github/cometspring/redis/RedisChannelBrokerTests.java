package io.github.cometspring.redis;

import io.github.cometspring.channel.ChannelBroker;
import io.github.cometspring.channel.ChannelBrokerContract;
import io.github.cometspring.testing.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;

/**
 * A broker on Redis fulfils the contract.
 */
class RedisChannelBrokerTests extends ChannelBrokerContract {

	private static @Nullable RedisServer server;

	private final RedisNodes nodes = new RedisNodes();

	private int prefixes;

	@BeforeAll
	static void start() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stop() {
		if (server != null) {
			server.close();
		}
	}

	@AfterEach
	void dispose() {
		this.nodes.close();
	}

	@Override
	protected ChannelBroker broker(@Nullable Integer limit) {
		String prefix = "test-" + System.nanoTime() + "-" + this.prefixes++;
		return this.nodes.broker(this.nodes.node(port(), prefix, limit));
	}

	private static int port() {
		if (server == null) {
			throw new IllegalStateException("No server");
		}
		return server.port();
	}

}
