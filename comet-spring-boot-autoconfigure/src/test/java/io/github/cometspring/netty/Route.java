package io.github.cometspring.netty;

import java.util.Collection;

import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Counts, by Spring's own meter, the requests to a server that WebFlux has seen.
 */
final class Route {

	private static final int POLLS = 3;

	private Route() {
	}

	/**
	 * How many requests of a method WebFlux has answered.
	 */
	static long webFluxRequests(CometServer server, String method) {
		Collection<Timer> timers = server.bean(MeterRegistry.class)
			.find("http.server.requests")
			.tag("method", method)
			.timers();
		return timers.stream().mapToLong(Timer::count).sum();
	}

	/**
	 * Polls on one connection, and asserts that WebFlux has seen no poll.
	 */
	static void assertFastPath(CometServer server, String path, String... headers) {
		long before = webFluxRequests(server, "POST");
		poll(server, path, true, headers);
		assertThat(webFluxRequests(server, "POST") - before).as("requests that WebFlux has seen").isEqualTo(1);
	}

	/**
	 * Polls on one connection, and asserts that WebFlux has seen all polls.
	 */
	static void assertDefaultPath(CometServer server, String path, String... headers) {
		long before = webFluxRequests(server, "POST");
		poll(server, path, false, headers);
		assertThat(webFluxRequests(server, "POST") - before).as("requests that WebFlux has seen").isEqualTo(POLLS + 1);
	}

	private static void poll(CometServer server, String path, boolean fastPath, String... headers) {
		long before = webFluxRequests(server, "POST");
		try (RawConnection client = RawConnection.open(server.port())) {
			for (int i = 0; i < POLLS; i++) {
				client.request("POST", path, "application/x-ocsigen-comet", "registration=x", headers);
				assertThat(client.read().body()).isEqualTo("x:ENDED_CHANNEL");
			}
			// Counted after all earlier requests of this connection
			client.request("POST", path, "text/plain", "");
			assertThat(client.read().status()).isEqualTo(415);
			Await.until(() -> webFluxRequests(server, "POST") - before >= (fastPath ? 1 : POLLS + 1));
		}
	}

}
