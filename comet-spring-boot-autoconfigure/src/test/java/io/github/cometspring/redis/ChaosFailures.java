package io.github.cometspring.redis;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.cometspring.testing.RedisServer;
import io.github.cometspring.testing.TcpProxy;
import org.jspecify.annotations.Nullable;

/**
 * The failures of the table in {@code docs/scaling.md}. A failure is over when its method
 * returns, but the nodes may notice it later.
 */
final class ChaosFailures {

	private final RedisServer redis;

	private final List<ChaosNode> nodes;

	private final List<ChaosRecord> records;

	private final Random random;

	ChaosFailures(RedisServer redis, List<ChaosNode> nodes, List<ChaosRecord> records, Random random) {
		this.records = records;
		this.redis = redis;
		this.nodes = nodes;
		this.random = random;
	}

	/**
	 * All failures.
	 */
	List<Failure> all() {
		return List.of(new Failure("the feed is cut", false, () -> this.redis.command("CLIENT KILL TYPE pubsub")),
				new Failure("the feed loses a message", false, this::loseMessage, Safeguard.HOLE_CHECK),
				new Failure("Redis stands still for 5 s", false, this::standStill),
				new Failure("Redis pauses its clients for 3 s", false,
						() -> this.redis.command("CLIENT PAUSE 3000 ALL")),
				new Failure("a node's connections are reset", false, () -> link().cutAfter(this.random.nextInt(2000)),
						Safeguard.REPLAY_PROTECTION),
				new Failure("answers to a node are lost", false, this::loseAnswers, Safeguard.REPLAY_PROTECTION),
				new Failure("a node's connections are forgotten", false, () -> link().forget(), Safeguard.PROBE),
				new Failure("a node cannot reach Redis for 4 s", false, this::unplug),
				new Failure("a node is killed, and another takes its place", false, () -> node().replace()),
				new Failure("Redis is stopped and started with all its data", true, this::restart),
				new Failure("Redis comes back without its last 2 s", true, this::forgetLastMessages,
						Safeguard.RUN_CHECK),
				new Failure("FLUSHALL", true, () -> this.redis.command("FLUSHALL")),
				new Failure("the keys of a channel are deleted", true, () -> delete("channel", "messages")),
				new Failure("the stream of a channel is evicted", true, () -> delete("messages")));
	}

	/**
	 * The failures that lose or repeat messages without a safeguard.
	 */
	List<Failure> harmfulWithout(Safeguard safeguard) {
		return all().stream().filter((failure) -> failure.safeguard() == safeguard).toList();
	}

	private ChaosNode node() {
		return this.nodes.get(this.random.nextInt(this.nodes.size()));
	}

	private TcpProxy link() {
		return node().link();
	}

	private static void pause(int seconds) {
		LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
	}

	private void loseMessage() {
		ChaosNode node = node();
		this.records.forEach((log) -> log.publish((text) -> node.publishWithoutFeed(log.name(), text)));
	}

	private void standStill() {
		this.redis.suspend();
		pause(5);
		this.redis.resume();
	}

	private void loseAnswers() {
		TcpProxy link = link();
		link.loseAnswers();
		pause(2);
		link.cut();
	}

	private void unplug() {
		TcpProxy link = link();
		link.unplug();
		pause(4);
		link.plugIn();
	}

	private void restart() {
		this.redis.stop();
		pause(1);
		this.redis.startAgain();
	}

	private void forgetLastMessages() {
		SavedData saved = SavedData.of(this.redis);
		pause(2);
		saved.restore();
	}

	private void delete(String... kinds) {
		List<String> channels = this.redis.command("KEYS comet:*:channel").strip().lines().toList();
		String channel = channels.get(this.random.nextInt(channels.size()));
		for (String kind : kinds) {
			this.redis.command("DEL " + channel.replaceFirst("channel$", kind));
		}
	}

	/**
	 * A failure.
	 *
	 * @param name the description
	 * @param loses whether messages may be lost
	 * @param action causes the failure
	 * @param safeguard the only protection against it, or {@code null} if there is not
	 * exactly one
	 */
	record Failure(String name, boolean loses, Runnable action, @Nullable Safeguard safeguard) {

		Failure(String name, boolean loses, Runnable action) {
			this(name, loses, action, null);
		}

	}

}
