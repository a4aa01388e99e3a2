package io.github.cometspring.netty;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The path of polls in applications without filters.
 */
class FastPathIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@Test
	void pollOfPlainApplicationShouldTakeTheFastPath() {
		try (CometServer server = CometServer.start("comet.fast-path=true")) {
			Route.assertFastPath(server, "/comet");
		}
	}

	@Test
	void fastPathShouldBeOnUnlessSwitchedOff() {
		// Without the system property that runs all tests on the default path
		String property = System.clearProperty("comet.fast-path");
		try (CometServer server = CometServer.start()) {
			Route.assertFastPath(server, "/comet");
		}
		finally {
			if (property != null) {
				System.setProperty("comet.fast-path", property);
			}
		}
	}

	@Test
	void pollWhenHeldShouldTakeTheFastPath() {
		try (CometServer server = CometServer.start("comet.fast-path=true");
				RawConnection client = RawConnection.open(server.port())) {
			Channel channel = server.create("a");
			for (int i = 0; i < 3; i++) {
				client.poll("registration=a");
				Await.until(() -> channel.subscribers() == 1);
				channel.publish("m").block(PATIENCE);
				assertThat(client.read().body()).isEqualTo("a:m");
			}
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"]}");
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("m").block(PATIENCE);
			assertThat(client.read().body()).contains("\"m\"");
			client.request("PUT", "/comet", "text/plain", "");
			assertThat(client.read().status()).isEqualTo(405);
			Await.until(() -> Route.webFluxRequests(server, "PUT") == 1);
			assertThat(Route.webFluxRequests(server, "POST")).isZero();
		}
	}

	@Test
	void pollWhenSwitchedOffShouldTakeTheDefaultPath() {
		try (CometServer server = CometServer.start("comet.fast-path=false")) {
			Route.assertDefaultPath(server, "/comet");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "/base", "base", "/base/", " base/ " })
	void pollWhenBasePathIsSetShouldTakeTheFastPathThereAndNowhereElse(String base) {
		try (CometServer server = CometServer.start("comet.fast-path=true", "spring.webflux.base-path=" + base,
				"comet.path=/push")) {
			Route.assertFastPath(server, "/base/push");
			for (String path : new String[] { "/push", "/base", "/base/base/push", "/comet", "/base/comet", "/" }) {
				try (RawConnection client = RawConnection.open(server.port())) {
					client.request("POST", path, "application/x-ocsigen-comet", "registration=x");
					assertThat(client.read().status()).as(path).isEqualTo(404);
				}
			}
		}
	}

	@Test
	void pollAtPortOfActuatorShouldNotBeServed() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "management.server.port=0")) {
			Route.assertFastPath(server, "/comet");
			try (RawConnection client = RawConnection.open(server.managementPort())) {
				client.request("POST", "/comet", "application/x-ocsigen-comet", "registration=x");
				assertThat(client.read().status()).isEqualTo(404);
			}
		}
	}

	@Test
	void pollWhenTokenIsInAddressShouldTakeTheDefaultPathAndBeRefused() {
		try (CometServer server = CometServer.start("comet.fast-path=true");
				RawConnection client = RawConnection.open(server.port())) {
			client.request("POST", "/comet?access_token=t", "application/x-ocsigen-comet", "registration=x");
			assertThat(client.read().status()).isEqualTo(400);
			Await.until(() -> Route.webFluxRequests(server, "POST") == 1);
			assertThat(client.poll("registration=x").read().status()).isEqualTo(200);
			assertThat(Route.webFluxRequests(server, "POST")).isEqualTo(1);
		}
	}

	@Test
	void transportThatIsSwitchedOffShouldNotBeServed() {
		try (CometServer server = CometServer.start("comet.fast-path=true", "comet.transports=legacy");
				RawConnection client = RawConnection.open(server.port())) {
			Route.assertFastPath(server, "/comet");
			client.request("POST", "/comet", "application/json", "{\"channels\":[\"x\"]}");
			assertThat(client.read().status()).isEqualTo(415);
		}
	}

}
