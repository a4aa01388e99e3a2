package io.github.cometspring.actuate;

import java.time.Duration;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RedisServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The health contributor {@code comet} of whole servers.
 */
class CometHealthIT {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String DETAILS = "management.endpoint.health.show-details=always";

	private static RawConnection.Answer health(CometServer server, String path) {
		try (RawConnection client = RawConnection.open(server.port())) {
			return client.send("GET /actuator/health" + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n").read();
		}
	}

	@Test
	void healthShouldBeUpWithDetails() {
		try (CometServer server = CometServer.start(DETAILS)) {
			server.create("a");
			RawConnection.Answer answer = health(server, "/comet");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("\"status\":\"UP\"", "\"active\":true", "\"channels\":1",
					"\"connections\":{\"json\":0,\"legacy\":0,\"sse\":0,\"websocket\":0}");
			assertThat(health(server, "").status()).isEqualTo(200);
		}
	}

	@Test
	void healthWhenDeactivatedShouldBeUpAndSaySo() {
		try (CometServer server = CometServer.start(DETAILS)) {
			server.command("/deactivate");
			RawConnection.Answer answer = health(server, "/comet");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.body()).contains("\"status\":\"UP\"", "\"active\":false");
		}
	}

	@Test
	void healthWhenSwitchedOffShouldNotBeThere() {
		try (CometServer server = CometServer.start(DETAILS, "management.health.comet.enabled=false")) {
			assertThat(health(server, "/comet").status()).isEqualTo(404);
		}
	}

	@Test
	void healthWhenRedisIsAwayShouldBeDownUntilItIsBackAndInNoGroup() {
		try (RedisServer redis = RedisServer.start(); CometServer server = onRedis(redis)) {
			Await.within(PATIENCE, () -> health(server, "/comet").status() == 200);
			redis.stop();
			Await.within(PATIENCE, () -> health(server, "/comet").status() == 503);
			RawConnection.Answer down = health(server, "/comet");
			assertThat(down.body()).contains("\"status\":\"DOWN\"", "\"active\":true", "\"connections\":{",
					"BrokerUnavailableException");
			assertThat(health(server, "").status()).isEqualTo(503);
			assertThat(health(server, "/liveness").status()).isEqualTo(200);
			assertThat(health(server, "/readiness").status()).isEqualTo(200);
			redis.startAgain();
			Await.within(PATIENCE, () -> health(server, "/comet").status() == 200);
		}
	}

	@Test
	void healthWhenRedisIsFullShouldBeDownAndSayWhy() {
		try (RedisServer redis = RedisServer.start(); CometServer server = onRedis(redis)) {
			redis.command("CONFIG SET maxmemory 1");
			Await.within(PATIENCE, () -> health(server, "/comet").status() == 503);
			assertThat(health(server, "/comet").body()).contains("OOM command not allowed");
			redis.command("CONFIG SET maxmemory 0");
			Await.within(PATIENCE, () -> health(server, "/comet").status() == 200);
		}
	}

	private static CometServer onRedis(RedisServer redis) {
		return CometServer.start(DETAILS, "spring.data.redis.host=127.0.0.1", "spring.data.redis.port=" + redis.port(),
				"comet.redis.command-timeout=500ms", "comet.redis.probe-interval=200ms",
				"management.endpoint.health.probes.enabled=true");
	}

}
