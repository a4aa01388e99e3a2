package io.github.cometspring.metrics;

import java.util.ArrayList;
import java.util.List;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What Spring's meter {@code http.server.requests} has of requests that Comet holds.
 */
class HeldRequestsIT {

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void requestsShouldNotHaveTimeForWhichTheyAreHeld(boolean fastPath) {
		try (CometServer server = CometServer.start(Scrape.EXPOSED, "comet.timeout=30s",
				"comet.fast-path=" + fastPath)) {
			Channel channel = server.create("a");
			// There is one of each kind, so that none is missing in the first scrape.
			misdirect(server, "GET", 406);
			misdirect(server, "POST", 415);
			Scrape before = Scrape.of(server);
			List<ListeningClient> clients = new ArrayList<>();
			for (Transport transport : Transport.values()) {
				clients.add(ListeningClient.open(server, transport, channel.id()));
			}
			Await.until(() -> channel.subscribers() == clients.size());
			// While this poll is held, the others are as well.
			try (RawConnection poll = RawConnection.open(server.port())) {
				poll.request("POST", "/comet", "application/json", "{\"channels\":[\"a\"],\"timeout\":\"PT1S\"}");
				assertThat(poll.read().status()).isEqualTo(200);
			}
			// The only request that is active is the scrape.
			Await.until(() -> Scrape.of(server).sum("http_server_requests_active_seconds_count") <= 1);
			channel.publish("x").block();
			for (ListeningClient client : clients) {
				client.readMessage("x");
				client.close();
			}
			int streams = fastPath ? 0 : 2;
			int polls = fastPath ? 0 : 3;
			Await.until(() -> Scrape.of(server)
				.since(before, "http_server_requests_seconds_count", "uri=/comet") == streams + polls);
			Scrape after = Scrape.of(server);
			assertThat(after.since(before, "http_server_requests_seconds_count", "uri=/comet", "method=POST"))
				.isEqualTo(polls);
			assertThat(after.since(before, "http_server_requests_seconds_sum", "uri=/comet")).isLessThan(1);
			assertThat(after.find("http_server_requests_seconds_count", "uri=UNKNOWN")).isEmpty();
		}
	}

	private static void misdirect(CometServer server, String method, int status) {
		try (RawConnection client = RawConnection.open(server.port())) {
			client.request(method, "/comet", "text/plain", "", "Accept: text/plain");
			assertThat(client.read().status()).isEqualTo(status);
		}
		Await.until(() -> !Scrape.of(server)
			.find("http_server_requests_seconds_count", "uri=/comet", "method=" + method)
			.isEmpty());
	}

}
