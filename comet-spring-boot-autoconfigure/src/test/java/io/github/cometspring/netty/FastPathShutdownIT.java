package io.github.cometspring.netty;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls that are held or being answered when the server stops.
 */
class FastPathShutdownIT {

	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final int CROWD = 1500;

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void crowdWhenServerStopsShouldBeAnswered(boolean fastPath) {
		List<RawConnection> crowd = new ArrayList<>();
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.timeout=1h")) {
			Channel channel = server.create("a");
			for (int i = 0; i < CROWD; i++) {
				crowd.add(RawConnection.open(server.port()).poll("registration=a"));
			}
			Await.until(() -> channel.subscribers() == CROWD);
			server.context().close();
			assertThat(crowd).allSatisfy((client) -> assertThat(client.read().status()).isEqualTo(503));
		}
		finally {
			crowd.forEach(RawConnection::close);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void crowdOfStreamsWhenServerStopsShouldBeEnded(boolean fastPath) {
		List<RawEventStream> streams = new ArrayList<>();
		List<RawWebSocket> sockets = new ArrayList<>();
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.heartbeat=1h")) {
			Channel channel = server.create("a");
			for (int i = 0; i < CROWD / 2; i++) {
				streams.add(RawEventStream.open(server.port(), "channel=a"));
				sockets.add(RawWebSocket.open(server.port()).send("{\"subscribe\":[\"a\"]}"));
			}
			Await.until(() -> channel.subscribers() == CROWD);
			server.context().close();
			// The last chunk of the answer, before the connection closes
			assertThat(streams).allSatisfy((stream) -> assertThat(stream.nextMessage()).isNull());
			sockets.forEach(RawWebSocket::text);
			assertThat(sockets).allSatisfy((socket) -> assertThat(socket.text()).isEqualTo("close 1001"));
		}
		finally {
			streams.forEach(RawEventStream::close);
			sockets.forEach(RawWebSocket::close);
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void answerThatIsBeingWrittenWhenServerStopsGracefullyShouldBeComplete(boolean fastPath) {
		try (CometServer server = CometServer.start("comet.fast-path=" + fastPath, "comet.history.size=1000")) {
			Channel channel = server.create("a");
			for (int i = 0; i < 15; i++) {
				channel.publish("m".repeat(60_000)).block(PATIENCE);
			}
			try (RawConnection slow = RawConnection.open(server.port(), 4096)) {
				slow.poll("registration=a", "Comet-Cursor: earliest");
				Await.until(slow::hasAnswer);
				CompletableFuture<Void> closed = CompletableFuture.runAsync(server.context()::close);
				assertThat(slow.read().body()).hasSize(15 * 60_003 - 1);
				assertThat(closed).succeedsWithin(PATIENCE);
			}
		}
	}

}
