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
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.ReservedPort;
import io.github.cometspring.testing.TcpProxy;
import io.lettuce.core.RedisURI;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.client.ReactorResourceFactory;

/**
 * A complete server between two proxies: one to its clients, and one to Redis.
 */
final class ChaosNode implements AutoCloseable {

	private final ReservedPort port = ReservedPort.any();

	private final TcpProxy front;

	private final TcpProxy link;

	private final BiConsumer<Channel, Message> listener;

	private final Map<String, Channel> channels = new ConcurrentHashMap<>();

	private final Map<String, Integer> received = new ConcurrentHashMap<>();

	private final @Nullable Safeguard without;

	private CometServer server;

	/**
	 * Starts a node.
	 * @param redis the port of Redis
	 * @param names the channels that it reads itself
	 * @param listener receives all messages of these channels
	 * @param without the safeguard that it lacks, or {@code null} for none
	 */
	ChaosNode(int redis, Iterable<String> names, BiConsumer<Channel, Message> listener, @Nullable Safeguard without) {
		this.without = without;
		this.front = new TcpProxy(this.port.port());
		this.link = new TcpProxy(redis);
		this.listener = listener;
		start(names);
	}

	private void start(Iterable<String> names) {
		Class<?>[] configuration = (this.without != null)
				? new Class<?>[] { OwnEventLoops.class, WithoutSafeguard.class }
				: new Class<?>[] { OwnEventLoops.class };
		this.server = CometServer.start(configuration, "without=" + this.without, "server.port=" + this.port.port(),
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
				.subscribe((message) -> {
					this.received.merge(name, Integer.valueOf(message.data()), Math::max);
					this.listener.accept(channel, message);
				}, (ex) -> {
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
	 * The latest number that the node itself has received.
	 */
	int received(String name) {
		return this.received.getOrDefault(name, 0);
	}

	/**
	 * Publishes a message, but not on the feed of its channel.
	 */
	Mono<Position> publishWithoutFeed(String name, String text) {
		RedisNode node = this.server.bean(RedisNode.class);
		return this.server.bean(RedisChannelBroker.class)
			.find(name)
			.switchIfEmpty(Mono.error(() -> new BrokerUnavailableException(null)))
			.flatMap((log) -> Mono.fromFuture(node.call(RedisScript.APPEND, ((RedisChannelLog) log).keys(),
					String.valueOf(Registration.newEpoch()), text, "", "100000", "3600000", node.keys().checkFeed)))
			.map((answer) -> {
				if (answer.size() < 3) {
					// The channel is missing, so nothing has been published.
					throw new BrokerUnavailableException(null);
				}
				return LogAnswer.position(answer.get(1), answer.get(2));
			});
	}

	/**
	 * Cuts the connections of the node, ends it, and starts another in its place.
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
	 * A node without a safeguard.
	 */
	@Configuration(proxyBeanMethods = false)
	static class WithoutSafeguard {

		@Bean(destroyMethod = "dispose")
		RedisNode redisNode(@Value("${spring.data.redis.port}") int port, @Value("${without}") Safeguard without) {
			RedisSettings settings = new RedisSettings("comet", Duration.ofSeconds(2), Duration.ofSeconds(5), null);
			return new RedisNode(RedisURI.create("127.0.0.1", port), null, settings, RedisTiming.of(settings),
					Schedulers.parallel(), without);
		}

	}

	/**
	 * Event loops of its own for each node, which end with it.
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
