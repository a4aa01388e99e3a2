package io.github.cometspring.metrics;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.subscription.Transport;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.RawWebSocket;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The meters of servers that Prometheus scrapes, with polls on each path. No other server
 * may end meanwhile, as all share their event loops.
 */
class MetersIT {

	private static final String TOO_MANY = IntStream.range(0, 101)
		.mapToObj((i) -> "a" + i)
		.collect(Collectors.joining("%0A"));

	@AfterAll
	static void stop() {
		for (Path path : Path.values()) {
			path.close();
		}
	}

	@BeforeEach
	void activate() {
		for (Path path : Path.values()) {
			path.server().control().activate().block();
		}
	}

	@ParameterizedTest
	@EnumSource
	void limitWhenThereIsNoneShouldBeAbsent(Path path) {
		assertThat(path.scrape().names()).contains("comet_channels", "comet_history_bytes")
			.doesNotContain("comet_channels_limit");
	}

	@ParameterizedTest
	@EnumSource(names = { "LEGACY", "JSON" })
	void countersOfPollShouldMove(Transport transport) {
		for (Path path : Path.values()) {
			countersShouldMove(path, transport, "answered");
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SSE", "WEBSOCKET" })
	void countersOfStreamShouldMove(Transport transport) {
		for (Path path : Path.values()) {
			countersShouldMove(path, transport, "client");
		}
	}

	private static void countersShouldMove(Path path, Transport transport, String reason) {
		String tag = "transport=" + transport.id();
		Channel channel = path.channel();
		Scrape before = path.scrape();
		try (ListeningClient client = ListeningClient.open(path.server(), transport, channel.id())) {
			Await.until(() -> channel.subscribers() == 1);
			Scrape held = path.scrape();
			assertThat(held.sum("comet_connections", tag)).isEqualTo(before.sum("comet_connections", tag) + 1);
			assertThat(held.sum("comet_subscriptions")).isEqualTo(before.sum("comet_subscriptions") + 1);
			channel.publish("hello").block();
			client.readMessage("hello");
		}
		// The last event of the walk, and of the client
		Await.until(() -> path.scrape().since(before, "comet_delivery_lag_seconds_count") == 1
				&& path.scrape().since(before, "comet_connections_ended_total", tag, "reason=" + reason) == 1);
		Scrape after = path.scrape();
		assertThat(after.since(before, "comet_connections_opened_total", tag)).isEqualTo(1);
		assertThat(after.since(before, "comet_messages_published_total")).isEqualTo(1);
		assertThat(after.since(before, "comet_deliveries_total", tag, "outcome=delivered")).isEqualTo(1);
		assertThat(after.since(before, "comet_deliveries_total", "outcome=failed")).isZero();
		assertThat(after.since(before, "comet_sent_bytes_total", tag)).isBetween(5.0, 1000.0);
		assertThat(after.since(before, "comet_polls_total", "outcome=answered"))
			.isEqualTo(transport.isPolling() ? 1 : 0);
		assertThat(after.since(before, "comet_history_messages")).isEqualTo(1);
		assertThat(after.since(before, "comet_history_bytes")).isEqualTo(5);
		assertThat(after.sum("comet_connections", tag)).isZero();
		assertThat(after.sum("comet_subscriptions")).isZero();
	}

	@ParameterizedTest
	@EnumSource
	void gapsWhenClientIsToldOfOneShouldCountIt(Path path) {
		Channel channel = path.channel();
		String cursor = channel.cursor().block().token();
		for (int i = 0; i < 4; i++) {
			channel.publish("m" + i).block();
		}
		double before = path.scrape().sum("comet_gaps_total");
		assertThat(path.server().poll("registration=" + channel.id(), "Comet-Cursor: " + cursor).header("Comet-Gap"))
			.isEqualTo(channel.id());
		assertThat(path.scrape().sum("comet_gaps_total")).isEqualTo(before + 1);
	}

	@ParameterizedTest
	@EnumSource
	void rejectedWhenRequestsAreRefusedShouldCountEachOnce(Path path) {
		Scrape before = path.scrape();
		assertThat(path.server().poll("registration=" + TOO_MANY).status()).isEqualTo(400);
		assertThat(path.scrape().since(before, "comet_rejected_total", "reason=too-many-channels")).isEqualTo(1);
		Await.until(() -> path.scrape().since(before, "comet_connections_ended_total", "reason=refused") == 1);
		assertThat(path.scrape().since(before, "comet_connections_opened_total")).isEqualTo(1);
		assertThat(path.scrape().since(before, "comet_polls_total", "outcome=refused")).isEqualTo(1);
		path.server().control().deactivate().block();
		assertThat(path.server().poll("registration=a").status()).isEqualTo(503);
		assertThat(path.scrape().since(before, "comet_rejected_total", "reason=inactive")).isEqualTo(1);
	}

	@Test
	void rejectedWhenWebSocketAsksForTooManyChannelsShouldCountIt() {
		Scrape before = Path.FAST.scrape();
		try (RawWebSocket socket = RawWebSocket.open(Path.FAST.server().port())) {
			socket.send("{\"subscribe\":["
					+ IntStream.range(0, 101).mapToObj((i) -> "\"a" + i + "\"").collect(Collectors.joining(","))
					+ "]}");
			assertThat(socket.text()).contains("Too many channels");
			Scrape after = Path.FAST.scrape();
			assertThat(after.since(before, "comet_rejected_total", "reason=too-many-channels")).isEqualTo(1);
			assertThat(after.sum("comet_connections", "transport=websocket")).isOne();
		}
		Await.until(() -> Path.FAST.scrape().sum("comet_connections", "transport=websocket") == 0);
	}

	@ParameterizedTest
	@EnumSource
	void endedWhenOperatorEndsClientsShouldHaveReason(Transport transport) {
		Channel channel = Path.FAST.channel();
		List<ListeningClient> clients = new ArrayList<>();
		Scrape before = Path.FAST.scrape();
		clients.add(ListeningClient.open(Path.FAST.server(), transport, channel.id()));
		Await.until(() -> channel.subscribers() == 1);
		Path.FAST.server().command("/set_timeout/20/KILL");
		awaitEnded(before, transport, "killed");
		clients.add(ListeningClient.open(Path.FAST.server(), transport, channel.id()));
		Await.until(() -> channel.subscribers() == 1);
		Path.FAST.server().command("/deactivate");
		awaitEnded(before, transport, "deactivated");
		clients.forEach(ListeningClient::close);
	}

	private static void awaitEnded(Scrape before, Transport transport, String reason) {
		Await.until(() -> Path.FAST.scrape()
			.since(before, "comet_connections_ended_total", "transport=" + transport.id(), "reason=" + reason) == 1);
	}

	@ParameterizedTest
	@EnumSource
	void tagsShouldNameNoChannel(Path path) {
		Channel channel = path.channel();
		try (ListeningClient client = ListeningClient.open(path.server(), Transport.SSE, channel.id())) {
			Await.until(() -> channel.subscribers() == 1);
			channel.publish("x").block();
			client.readMessage("x");
			assertThat(path.scrape().samples()).noneMatch((sample) -> sample.contains(channel.id()));
		}
		Await.until(() -> channel.subscribers() == 0);
	}

	/**
	 * The path of polls, each with a server.
	 */
	enum Path {

		FAST, DEFAULT;

		private @Nullable CometServer server;

		private int channels;

		synchronized CometServer server() {
			CometServer server = this.server;
			if (server == null) {
				server = CometServer.start(Scrape.EXPOSED, "comet.timeout=30s", "comet.history.size=2",
						"comet.fast-path=" + (this == FAST));
				this.server = server;
			}
			return server;
		}

		Scrape scrape() {
			return Scrape.of(server());
		}

		synchronized Channel channel() {
			return server().create(name().toLowerCase(Locale.ROOT) + "-channel-" + this.channels++);
		}

		synchronized void close() {
			if (this.server != null) {
				this.server.close();
				this.server = null;
			}
		}

	}

}
