package io.github.cometspring.metrics;

import java.util.List;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawWebSocket;
import io.micrometer.core.instrument.Meter;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of a server that has just started.
 */
class FirstScrapeIT {

	@Test
	void firstScrapeShouldHaveAllMetersWithAllTags() {
		try (CometServer server = CometServer.start(Scrape.EXPOSED, "comet.max-virtual-channels=50",
				"comet.publish.enabled=true", "comet.publish.keys=0123456789abcdef0123456789abcdef")) {
			Scrape scrape = Scrape.of(server);
			List<Meter.Id> meters = AllMeters.all()
				.stream()
				.map(Meter::getId)
				.filter((id) -> !id.getName().startsWith("comet.redis."))
				.toList();
			assertThat(meters).hasSizeGreaterThan(80)
				.allSatisfy((id) -> assertThat(scrape.find(sample(id), tags(id))).hasSize(1));
			assertThat(scrape.sum("comet_channels_limit")).isEqualTo(50);
			assertThat(scrape.names()).contains("comet_delivery_lag_seconds_bucket");
		}
	}

	private static String sample(Meter.Id id) {
		String name = id.getName().replace('.', '_');
		return switch (id.getType()) {
			case COUNTER -> name + "_total";
			case TIMER -> name + "_seconds_count";
			default -> name;
		};
	}

	private static String[] tags(Meter.Id id) {
		return id.getTags().stream().map((tag) -> tag.getKey() + "=" + tag.getValue()).toArray(String[]::new);
	}

	@Test
	void endedWhenWebSocketDoesNotAnswerPingShouldSaySo() {
		try (CometServer server = CometServer.start(Scrape.EXPOSED, "comet.heartbeat=200ms",
				"comet.write-timeout=200ms"); RawWebSocket socket = RawWebSocket.open(server.port())) {
			assertThat(socket.connection().drain()).isTrue();
			Await.until(() -> Scrape.of(server)
				.sum("comet_connections_ended_total", "transport=websocket", "reason=no-pong") == 1);
		}
	}

}
