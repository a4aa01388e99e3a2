package io.github.cometspring.testing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.github.cometspring.channel.Channels;
import io.github.cometspring.control.CometControl;
import io.github.cometspring.redis.FeedBarrier;
import io.github.cometspring.redis.RedisControlRelay;
import io.github.cometspring.redis.RedisNode;
import org.jspecify.annotations.Nullable;

import org.springframework.context.ConfigurableApplicationContext;

/**
 * Two nodes of one application on a Redis, behind one port. Each new connection to the
 * port comes to the other node; {@link RawConnection} moves at each request that follows
 * an answer.
 * <p>
 * A node receives messages and commands of the other within milliseconds. Tests that send
 * a request after one expect it to be known, so a new client is passed on when both nodes
 * have received everything up to now.
 */
final class TwoNodes implements AutoCloseable {

	/** Whether each application that a test starts is to have two nodes. */
	static final boolean ARE_SET = Integer.getInteger("testing.nodes", 1) == 2;

	private static final String PORT = "server.port=";

	private static final Map<Integer, TwoNodes> BY_PORT = new ConcurrentHashMap<>();

	private static final AtomicInteger APPLICATIONS = new AtomicInteger();

	private final AtomicInteger turn = new AtomicInteger();

	private final List<ConfigurableApplicationContext> contexts;

	private final TcpProxy front;

	private final @Nullable FeedBarrier barrier;

	private TwoNodes(List<ConfigurableApplicationContext> contexts, int port, RedisServer redis) {
		this.contexts = contexts;
		List<RedisNode> nodes = contexts.stream()
			.map((context) -> context.getBeanProvider(RedisNode.class).getIfAvailable())
			.filter(Objects::nonNull)
			.toList();
		this.barrier = (nodes.size() == contexts.size()) ? new FeedBarrier(redis, nodes) : null;
		this.front = new TcpProxy(port, this::next);
		BY_PORT.put(this.front.port(), this);
	}

	/**
	 * Starts two nodes with keys of their own.
	 * @param application starts a node
	 * @param properties lines {@code name=value}; a port is that of both together
	 * @return the nodes, to be closed
	 */
	static TwoNodes start(Starter application, String... properties) {
		RedisServer redis = Redis.SERVER;
		int port = Stream.of(properties)
			.filter((property) -> property.startsWith(PORT))
			.mapToInt((property) -> Integer.parseInt(property.substring(PORT.length())))
			.findAny()
			.orElse(0);
		Stream<String> own = Stream.of("spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redis.port(),
				"comet.redis.key-prefix=test-" + APPLICATIONS.incrementAndGet(),
				// Also for very large messages on a busy machine
				"comet.redis.command-timeout=10s");
		String[] each = Stream.concat(own, Arrays.stream(properties).filter((property) -> !property.startsWith(PORT)))
			.toArray(String[]::new);
		List<ConfigurableApplicationContext> contexts = new ArrayList<>();
		try {
			contexts.add(application.start(each));
			contexts.add(application.start(each));
			return new TwoNodes(contexts, port, redis);
		}
		catch (RuntimeException ex) {
			contexts.forEach(ConfigurableApplicationContext::close);
			throw ex;
		}
	}

	/**
	 * Where a new client comes to.
	 * @param port the port that it knows
	 * @return the port of the node whose turn it is, or the same one if there are no two
	 * nodes behind it
	 */
	static int next(int port) {
		TwoNodes nodes = BY_PORT.get(port);
		return (nodes != null) ? nodes.next() : port;
	}

	/**
	 * Where a client moves to.
	 * @param port the port that it knows
	 * @param current the port of the node where it is
	 * @return the port of the other node, or the same one if there is no other
	 */
	static int other(int port, int current) {
		TwoNodes nodes = BY_PORT.get(port);
		return (nodes != null) ? nodes.contexts.stream()
			.mapToInt(TwoNodes::port)
			.filter((each) -> each != current)
			.findAny()
			.orElse(current) : current;
	}

	/**
	 * Waits until both nodes have received all messages and commands.
	 * @param port the port that a client knows
	 */
	static void settle(int port) {
		TwoNodes nodes = BY_PORT.get(port);
		if (nodes != null) {
			nodes.settle();
		}
	}

	private int next() {
		settle();
		return port(this.contexts.get(this.turn.getAndIncrement() & 1));
	}

	void settle() {
		if (this.barrier == null || !this.contexts.stream().allMatch(ConfigurableApplicationContext::isActive)) {
			return;
		}
		this.barrier.await();
		// A node that has heard of a command still has to read it.
		all(RedisControlRelay.class).stream()
			.map((relay) -> relay.refresh().toCompletableFuture())
			.toList()
			.forEach(CompletableFuture::join);
		List<CometControl> controls = all(CometControl.class);
		if (!agree(controls)) {
			Await.until(() -> agree(controls));
		}
	}

	private static boolean agree(List<CometControl> controls) {
		return controls.stream().map(CometControl::isActive).distinct().count() <= 1
				&& controls.stream().map(CometControl::timeout).distinct().count() <= 1;
	}

	private static int port(ConfigurableApplicationContext context) {
		return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
	}

	int port() {
		return this.front.port();
	}

	ConfigurableApplicationContext first() {
		return this.contexts.get(0);
	}

	/**
	 * The beans of a type, one a node.
	 * @param <T> the type
	 * @param type the type
	 * @return the beans
	 */
	<T> List<T> all(Class<T> type) {
		return this.contexts.stream().map((context) -> context.getBean(type)).toList();
	}

	/**
	 * The channels of the first node, whose clients on both nodes are counted.
	 * @return the channels
	 */
	Channels channels() {
		List<Channels> all = all(Channels.class);
		return new CountedChannels(all.get(0), all.get(1));
	}

	@Override
	public void close() {
		BY_PORT.remove(this.front.port());
		this.front.close();
		if (this.barrier != null) {
			this.barrier.close();
		}
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	/**
	 * Starts a node.
	 */
	@FunctionalInterface
	interface Starter {

		/**
		 * Starts a node.
		 * @param properties lines {@code name=value}
		 * @return its context
		 */
		ConfigurableApplicationContext start(String... properties);

	}

	/**
	 * The one Redis of all applications of this JVM.
	 */
	private static final class Redis {

		static final RedisServer SERVER = start();

		private static RedisServer start() {
			RedisServer server = RedisServer.start();
			Runtime.getRuntime().addShutdownHook(new Thread(server::close, "redis"));
			return server;
		}

	}

}
