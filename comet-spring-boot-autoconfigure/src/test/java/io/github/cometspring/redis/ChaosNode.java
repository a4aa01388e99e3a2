package io.github.cometspring.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Message;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.ReservedPort;
import io.github.cometspring.testing.TcpProxy;
import reactor.util.retry.Retry;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * A whole server between two proxies: one to its clients, and one to Redis.
 */
final class ChaosNode implements AutoCloseable {

	private final ReservedPort port = ReservedPort.any();

	private final TcpProxy front;

	private final TcpProxy link;

	private final BiConsumer<Channel, Message> listener;

	private final Map<String, Channel> channels = new ConcurrentHashMap<>();

	private CometServer server;

	/**
	 * Starts a node.
	 * @param redis the port of Redis
	 * @param names the channels that it reads itself
	 * @param listener receives all messages of these channels
	 */
	ChaosNode(int redis, Iterable<String> names, BiConsumer<Channel, Message> listener) {
		this.front = new TcpProxy(this.port.port());
		this.link = new TcpProxy(redis);
		this.listener = listener;
		start(names);
	}

	private void start(Iterable<String> names) {
		this.server = CometServer.start(new Class<?>[] { OwnEventLoops.class }, "server.port=" + this.port.port(),
				"spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + this.link.port(), "comet.timeout=2s",
				"comet.heartbeat=2s", "comet.history.size=100000", "comet.history.max-age=1h");
		Channels channels = this.server.channels();
		for (String name : names) {
			Channel channel = channels.obtain(name)
				.retryWhen(Retry.fixedDelay(600, Duration.ofMillis(100))
					.filter(BrokerUnavailableException.class::isInstance))
				.block(Duration.ofMinutes(1));
			this.channels.put(name, channel);
			channel.messages(Cursor.EARLIEST)
				.retryWhen(Retry.fixedDelay(Long.MAX_VALUE, Duration.ofMillis(100))
					.filter(BrokerUnavailableException.class::isInstance))
				.subscribe((message) -> this.listener.accept(channel, message), (ex) -> {
					// The node has been killed.
				});
		}
	}

	/**
	 * The port at which its clients reach it.
	 */
	int port() {
		return this.front.port();
	}

	/**
	 * The connections to Redis.
	 */
	TcpProxy link() {
		return this.link;
	}

	Channel channel(String name) {
		return this.channels.get(name);
	}

	/**
	 * Ends the node, whose connections are gone before, and starts another in its place.
	 */
	void replace() {
		this.front.unplug();
		this.link.unplug();
		this.server.close();
		this.link.plugIn();
		start(this.channels.keySet());
		this.front.plugIn();
	}

	@Override
	public void close() {
		this.front.close();
		this.server.close();
		this.link.close();
		this.port.close();
	}

	/**
	 * Event loops that end with their node, and not with the first node that ends.
	 */
	@Configuration(proxyBeanMethods = false)
	static class OwnEventLoops {

		@Bean
		ReactorResourceFactory reactorResourceFactory() {
			ReactorResourceFactory resources = new ReactorResourceFactory();
			resources.setUseGlobalResources(false);
			resources.setShutdownQuietPeriod(Duration.ZERO);
			return resources;
		}

	}

}
