package io.github.cometspring.metrics;

import java.time.Duration;

import io.github.cometspring.channel.BrokerUnavailableException;
import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RedisServer;
import io.micrometer.core.instrument.Meter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of a server whose channels are on a Redis.
 */
class RedisMetersIT {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	@Test
	void metersShouldShowCallsLagAndReconnects() {
		try (RedisServer redis = RedisServer.start();
				CometServer server = CometServer.start(Scrape.EXPOSED, "spring.data.redis.host=127.0.0.1",
						"spring.data.redis.port=" + redis.port(), "comet.redis.command-timeout=500ms",
						"comet.redis.probe-interval=200ms", "comet.max-virtual-channels=50")) {
			Scrape first = Scrape.of(server);
			assertThat(AllMeters.all().stream().map(Meter::getId))
				.filteredOn((id) -> id.getName().equals("comet.redis.calls"))
				.hasSizeGreaterThan(20)
				.allSatisfy((id) -> assertThat(first.find("comet_redis_calls_seconds_count",
						"script=" + id.getTag("script"), "outcome=" + id.getTag("outcome")))
					.hasSize(1));
			assertThat(first.sum("comet_redis_reconnects_total")).isZero();
			assertThat(first.names()).doesNotContain("comet_history_bytes");
			Channel channel = server.create("a");
			channel.publish("m").block(PATIENCE);
			assertThat(Scrape.of(server)
				.since(first, "comet_redis_calls_seconds_count", "script=append", "outcome=answered")).isEqualTo(1);
			assertThat(Scrape.of(server).sum("comet_messages_published_total")).isEqualTo(1);
			Await.within(PATIENCE, () -> Scrape.of(server).sum("comet_redis_feed_lag_seconds_count") > 2);
			// The totals are those that an earlier scrape has asked for.
			Await.within(PATIENCE, () -> Scrape.of(server).sum("comet_channels") == 1
					&& Scrape.of(server).sum("comet_channels_limit") == 50);
			redis.stop();
			Await.within(PATIENCE, () -> failedToPublish(channel));
			assertThat(Scrape.of(server).sum("comet_redis_calls_seconds_count", "script=append", "outcome=failed"))
				.isPositive();
			assertThat(Scrape.of(server).sum("comet_channels")).isEqualTo(1);
			redis.startAgain();
			Await.within(PATIENCE,
					() -> Scrape.of(server).sum("comet_redis_reconnects_total", "connection=commands") > 0
							&& Scrape.of(server).sum("comet_redis_reconnects_total", "connection=feed") > 0);
		}
	}

	private static boolean failedToPublish(Channel channel) {
		try {
			channel.publish("m").block(PATIENCE);
			return false;
		}
		catch (BrokerUnavailableException ex) {
			return true;
		}
	}

}
