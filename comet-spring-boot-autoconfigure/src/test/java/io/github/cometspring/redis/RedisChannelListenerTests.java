package io.github.cometspring.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import io.github.cometspring.channel.ChannelEnd;
import io.github.cometspring.channel.ChannelListener;
import io.github.cometspring.channel.ChannelLog;
import io.github.cometspring.channel.Cursor;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static io.github.cometspring.redis.Traffic.PATIENCE;
import static io.github.cometspring.redis.Traffic.SETTINGS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests which of two nodes reports what happens to a channel.
 */
class RedisChannelListenerTests {

	private static RedisServer server;

	private final RedisNodes nodes = new RedisNodes();

	private final Recorder reportedHere = new Recorder();

	private final Recorder reportedThere = new Recorder();

	private RedisChannelBroker here;

	private RedisChannelBroker there;

	@BeforeAll
	static void startServer() {
		server = RedisServer.start();
	}

	@AfterAll
	static void stopServer() {
		if (server != null) {
			server.close();
		}
	}

	@BeforeEach
	void start() {
		String prefix = "listener-" + System.nanoTime();
		this.here = this.nodes.broker(this.nodes.node(server.port(), prefix, 20), this.reportedHere);
		this.there = this.nodes.broker(this.nodes.node(server.port(), prefix, 20), this.reportedThere);
	}

	@AfterEach
	void stop() {
		this.nodes.close();
	}

	@Test
	void createdShouldBeReportedByTheNodeThatCreates() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		this.there.obtain("a", SETTINGS).block(PATIENCE);
		this.there.obtain("b", SETTINGS).block(PATIENCE);
		this.here.obtain("b", SETTINGS).block(PATIENCE);
		assertThat(this.reportedHere).containsExactly("created a");
		assertThat(this.reportedThere).containsExactly("created b");
	}

	@Test
	void subscribersShouldBeReportedByTheNodeThatHasThem() {
		this.here.create("a", SETTINGS).block(PATIENCE);
		ChannelLog log = this.there.find("a").block(PATIENCE);
		log.prepare(Cursor.LATEST).block(PATIENCE);
		log.join();
		log.join();
		log.leave();
		log.leave();
		assertThat(this.reportedHere).containsExactly("created a");
		assertThat(this.reportedThere).containsExactly("subscribers a", "subscribers a");
	}

	@Test
	void endShouldBeReportedOnceByTheNodeThatClosesAndByThoseThatFollow() {
		ChannelLog closing = this.here.create("a", SETTINGS).block(PATIENCE);
		ChannelLog following = this.there.find("a").block(PATIENCE);
		following.prepare(Cursor.LATEST).block(PATIENCE);
		closing.close().block(PATIENCE);
		closing.close().block(PATIENCE);
		Await.within(PATIENCE, following::isClosed);
		assertThat(this.reportedHere).containsExactly("created a", "ended a CLOSED");
		assertThat(this.reportedThere).containsExactly("ended a UNKNOWN");
	}

	@Test
	void endShouldNotBeReportedByANodeThatFindsTheEndedChannelLater() {
		ChannelLog log = this.here.create("a", SETTINGS).block(PATIENCE);
		log.append("1").block(PATIENCE);
		log.close().block(PATIENCE);
		Cursor cursor = Cursor.of("a", log.newest());
		ChannelLog late = this.there.findAll(Map.of("a", cursor)).block(PATIENCE).get("a");
		assertThat(late.isClosed()).isTrue();
		assertThat(this.reportedThere).isEmpty();
	}

	@Test
	void endWhenIdleShouldBeReportedWithItsReason() {
		// Nobody refers to the channel.
		this.here.create("a", SETTINGS.withIdleTimeout(Duration.ofMillis(1))).block(PATIENCE);
		Await.within(PATIENCE, () -> this.reportedHere.size() + this.reportedThere.size() >= 2);
		assertThat(this.reportedHere.size() + this.reportedThere.size()).isEqualTo(2);
		assertThat(this.reportedHere).startsWith("created a");
		assertThat(this.reportedHere.contains("ended a IDLE") ^ this.reportedThere.contains("ended a IDLE")).isTrue();
	}

	private static final class Recorder extends CopyOnWriteArrayList<String> implements ChannelListener {

		private static final long serialVersionUID = 1L;

		@Override
		public void created(String id) {
			add("created " + id);
		}

		@Override
		public void subscribersChanged(ChannelLog log) {
			add("subscribers " + log.id());
		}

		@Override
		public void ended(String id, ChannelEnd reason) {
			add("ended " + id + " " + reason);
		}

	}

}
