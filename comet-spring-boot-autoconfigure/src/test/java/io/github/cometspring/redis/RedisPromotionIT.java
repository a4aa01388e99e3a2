package io.github.cometspring.redis;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.cometspring.channel.Cursor;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two servers, and a master whose replica a Sentinel promotes.
 */
class RedisPromotionIT {

	private static final Duration PATIENCE = Duration.ofMinutes(1);

	private static final Pattern OFFSET = Pattern.compile("master_repl_offset:(\\d+)");

	private final List<CometServer> nodes = new ArrayList<>();

	private RedisServer master;

	private RedisServer replica;

	private RedisServer sentinel;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.master = RedisServer.start();
		this.replica = RedisServer.startReplica(this.master);
		this.sentinel = RedisServer.startSentinel("main", this.master);
		for (int i = 0; i < 2; i++) {
			this.nodes.add(CometServer.start("spring.data.redis.sentinel.master=main",
					"spring.data.redis.sentinel.nodes=127.0.0.1:" + this.sentinel.port(),
					"comet.redis.probe-interval=500ms", "comet.history.size=10000"));
		}
		this.traffic = new Traffic(this.nodes.stream().map(CometServer::channels).toList());
		this.traffic.publish(0, 5);
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(0);
		Await.within(PATIENCE, () -> offset(this.replica).equals(offset(this.master)));
	}

	@AfterEach
	void stop() {
		if (this.traffic != null) {
			this.traffic.close();
		}
		this.nodes.forEach(CometServer::close);
		for (RedisServer server : new RedisServer[] { this.sentinel, this.replica, this.master }) {
			if (server != null) {
				server.close();
			}
		}
	}

	@Test
	void replicaWhenPromotedWithoutTheLastMessagesShouldReplayTheRestAndReportAGap() {
		holdBack();
		Position eleventh = this.traffic.publish(0);
		this.traffic.publish(1, 4);
		this.traffic.awaitArrival().verify(0);
		killMaster();
		// The readers had received the lost messages. Offset 11 is assigned again, in
		// another epoch.
		List<Integer> after = goOn();
		Traffic.Reader late = readAfter(eleventh.epoch(), 5, after);
		assertThat(late.numbers()).startsWith(6, 7, 8, 9, 10).doesNotContain(11, 12, 13, 14, 15);
		assertThat(late.afterGap()).containsExactly(late.numbers().get(5));
		// A client that has lost messages
		assertThat(readAfter(eleventh.epoch(), 13, after).afterGap()).containsExactly(late.numbers().get(5));
	}

	@Test
	void replicaWhenPromotedWithAllMessagesShouldReportAGapSinceItMayLackSome() {
		long epoch = this.traffic.reader(0).messages.get(0).position().epoch();
		killMaster();
		List<Integer> after = goOn();
		Traffic.Reader late = readAfter(epoch, 5, after);
		assertThat(late.numbers()).startsWith(6, 7, 8, 9, 10);
		assertThat(late.afterGap()).containsExactly(late.numbers().get(5));
	}

	@Test
	void masterWhenDemotedShouldBeReplacedByTheOther() {
		assertThat(this.sentinel.command("SENTINEL FAILOVER main")).isEqualTo("+OK");
		Await.within(PATIENCE, () -> {
			try {
				return isPromoted() && this.master.command("INFO replication").contains("master_link_status:up");
			}
			catch (UncheckedIOException ex) {
				// A master that is demoted disconnects its clients.
				return false;
			}
		});
		goOn();
	}

	/**
	 * Stops the replication of what is published from now on.
	 */
	private void holdBack() {
		// The master has no password, and refuses any.
		this.replica.command("CONFIG SET masterauth wrong");
		Await.within(PATIENCE, () -> {
			this.master.command("CLIENT KILL TYPE replica");
			return this.replica.command("INFO replication").contains("master_link_status:down");
		});
	}

	private void killMaster() {
		this.master.kill();
		this.sentinel.command("SENTINEL SET main down-after-milliseconds 1000");
		Await.within(PATIENCE, this::isPromoted);
	}

	private boolean isPromoted() {
		return this.sentinel.command("INFO sentinel").contains("address=127.0.0.1:" + this.replica.port() + ",");
	}

	/**
	 * Publishes on both nodes, which have found the promoted server.
	 * @return the numbers that have been published
	 */
	private List<Integer> goOn() {
		List<Integer> before = this.traffic.reader(0).numbers();
		Await.within(PATIENCE, () -> this.traffic.publish(0) != null && this.traffic.publish(1) != null);
		this.traffic.publish(0, 5);
		this.traffic.publish(1, 5);
		this.traffic.awaitArrival().verify(1);
		// What was published before the nodes had subscribed, they have read.
		Await.within(PATIENCE, () -> !this.replica.command("PUBSUB CHANNELS comet:feed:*").isEmpty());
		List<Integer> after = new ArrayList<>(this.traffic.reader(0).numbers());
		after.removeAll(before);
		return after;
	}

	private Traffic.Reader readAfter(long epoch, long offset, List<Integer> expected) {
		Traffic.Reader reader = new Traffic.Reader(this.traffic.channels().get(1),
				Cursor.of("numbers", new Position(epoch, offset)));
		Await.within(PATIENCE, () -> reader.numbers().containsAll(expected));
		return reader;
	}

	private static String offset(RedisServer server) {
		Matcher offset = OFFSET.matcher(server.command("INFO replication"));
		return offset.find() ? offset.group(1) : "";
	}

}
