package io.github.cometspring.testing;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.channel.Channels;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application that tests run on again: two nodes behind one port.
 */
class TwoNodesIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static TwoNodes nodes;

	private static CometServer server;

	@BeforeAll
	static void start() {
		server = CometServer.startTwoNodes("comet.timeout=20s");
		nodes = server.nodes();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@Test
	void connectionsShouldComeToTheNodesInTurn() {
		Channel channel = server.create("turns");
		try (RawConnection first = RawConnection.open(server.port());
				RawConnection second = RawConnection.open(server.port())) {
			first.poll("registration=turns");
			second.poll("registration=turns");
			Await.until(() -> channel.subscribers() == 2);
			assertThat(listening("turns")).containsExactly(1, 1);
		}
		Await.until(() -> channel.subscribers() == 0);
	}

	@Test
	void pollThatFollowsAnAnswerShouldGoToTheOtherNode() {
		Channel channel = server.create("moves");
		try (RawConnection client = RawConnection.open(server.port())) {
			client.poll("registration=moves");
			Await.until(() -> channel.subscribers() == 1);
			List<Integer> before = listening("moves");
			channel.publish("1").block(PATIENCE);
			assertThat(client.read().body()).contains("1");
			client.poll("registration=moves");
			Await.until(() -> listening("moves").equals(List.of(before.get(1), before.get(0))));
			channel.publish("2").block(PATIENCE);
			assertThat(client.read().body()).contains("2");
			client.poll("registration=moves");
			Await.until(() -> listening("moves").equals(before));
		}
		Await.until(() -> channel.subscribers() == 0);
	}

	@Test
	void clientOfTheFrontShouldComeToTheNodesInTurn() {
		Channel channel = server.create("front");
		try (TcpProxy proxy = new TcpProxy(server.port());
				RawConnection first = RawConnection.open(proxy.port());
				RawConnection second = RawConnection.open(proxy.port())) {
			first.poll("registration=front");
			second.poll("registration=front");
			Await.until(() -> channel.subscribers() == 2);
			assertThat(listening("front")).containsExactly(1, 1);
		}
		Await.until(() -> channel.subscribers() == 0);
	}

	@Test
	void commandShouldBeKnownOnTheNodeThatIsAskedNext() {
		for (int i = 0; i < 4; i++) {
			server.control().deactivate().block(PATIENCE);
			assertThat(server.poll("registration=x").status()).isEqualTo(503);
			server.command("/activate");
			assertThat(server.poll("registration=x").status()).isEqualTo(200);
		}
	}

	private static List<Integer> listening(String name) {
		return nodes.all(Channels.class)
			.stream()
			.map((channels) -> Objects.requireNonNull(channels.find(name).block(PATIENCE)).subscribers())
			.toList();
	}

}
