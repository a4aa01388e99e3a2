package io.github.cometspring.web;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Outcome;
import io.github.cometspring.channel.Position;
import io.github.cometspring.testing.AlsoOnIoUring;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.OneNodeOnly;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The results of deliveries and the number of subscribers, as the application sees them.
 */
@OneNodeOnly("deliver() waits for the clients of its own node")
@AlsoOnIoUring
class LegacyDeliveryIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	private static CometServer server;

	private final List<RawConnection> clients = new ArrayList<>();

	@BeforeAll
	static void start() {
		server = CometServer.start();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@AfterEach
	void closeAll() {
		this.clients.forEach(RawConnection::close);
		server.channels().list().flatMap(Channel::close).blockLast();
	}

	@Test
	void deliverWhenNoClientListensShouldCountNone() {
		assertThat(deliver(server.create("a"))).isEqualTo(counts(0, 0));
	}

	@Test
	void deliverShouldCountEveryClient() {
		Channel channel = server.create("a");
		hold(25, "registration=a", channel);
		assertThat(deliver(channel)).isEqualTo(counts(25, 0));
		this.clients.forEach((client) -> assertThat(client.read().body()).isEqualTo("a:m"));
		assertThat(channel.subscribers()).isZero();
		assertThat(deliver(channel)).as("they have their answer").isEqualTo(counts(0, 0));
	}

	@Test
	void deliverWhenClientListensToSeveralChannelsShouldCountItOnEach() {
		Channel a = server.create("a");
		Channel b = server.create("b");
		hold(1, "registration=a%0Ab", b);
		assertThat(deliver(a)).isEqualTo(counts(1, 0));
		assertThat(this.clients.get(0).read().body()).isEqualTo("a:m");
		hold(1, "registration=a%0Ab", b);
		assertThat(deliver(b)).isEqualTo(counts(1, 0));
	}

	@Test
	void deliverWhenClientHasGoneShouldNotCountIt() {
		Channel channel = server.create("a");
		hold(3, "registration=a", channel);
		this.clients.get(0).close();
		this.clients.get(1).reset();
		Await.until(() -> channel.subscribers() == 1);
		assertThat(deliver(channel)).isEqualTo(counts(1, 0));
	}

	@Test
	void deliverShouldReturnPosition() {
		Channel channel = server.create("a");
		Position first = Objects.requireNonNull(channel.publish("1").block());
		Outcome outcome = Objects.requireNonNull(channel.deliver("2").block());
		assertThat(outcome.position()).isEqualTo(new Position(first.epoch(), first.offset() + 1));
	}

	@Test
	void deliverWhenMessageResumesLaterShouldNotWaitForIt() {
		Channel channel = server.create("a");
		String cursor = Objects.requireNonNull(channel.cursor().block()).token();
		assertThat(deliver(channel)).isEqualTo(counts(0, 0));
		assertThat(server.poll("registration=a", "Comet-Cursor: " + cursor).body()).isEqualTo("a:m");
	}

	@Test
	void subscribersShouldCountConnectionsAndNotNames() {
		Channel channel = server.create("a");
		hold(1, "registration=a%0Aa&registration=a", channel);
		assertThat(channel.subscribers()).isOne();
		hold(2, "registration=a", channel);
		assertThat(channel.subscribers()).isEqualTo(3);
	}

	@Test
	void subscribersWhenTimedOutShouldNoLongerCount() {
		Channel channel = server.create("a");
		server.control().setTimeout(Duration.ofMillis(100)).block();
		hold(1, "registration=a", channel);
		assertThat(this.clients.get(0).read().body()).isEmpty();
		assertThat(channel.subscribers()).isZero();
		server.control().setTimeout(Duration.ofSeconds(20)).block();
	}

	private void hold(int count, String body, Channel channel) {
		int before = channel.subscribers();
		for (int i = 0; i < count; i++) {
			this.clients.add(0, RawConnection.open(server.port()).poll(body));
		}
		Await.until(() -> channel.subscribers() == before + count);
	}

	private static List<Integer> deliver(Channel channel) {
		Outcome outcome = Objects.requireNonNull(channel.deliver("m").block(Duration.ofSeconds(5)));
		return counts(outcome.delivered(), outcome.failed());
	}

	private static List<Integer> counts(int delivered, int failed) {
		return List.of(delivered, failed);
	}

}
