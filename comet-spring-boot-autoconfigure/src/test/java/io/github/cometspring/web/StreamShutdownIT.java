package io.github.cometspring.web;

import java.time.Duration;

import io.github.cometspring.channel.Channel;
import io.github.cometspring.testing.Await;
import io.github.cometspring.testing.CometServer;
import io.github.cometspring.testing.PassingFilter;
import io.github.cometspring.testing.QuietLog;
import io.github.cometspring.testing.RawConnection;
import io.github.cometspring.testing.RawConnection.Answer;
import io.github.cometspring.testing.RawEventStream;
import io.github.cometspring.testing.RawWebSocket;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The last answers of a server that shuts down (protocol, sections 2 to 5). There is one
 * server at a time, as a server that closes disposes of event loops that others share.
 */
class StreamShutdownIT {

	@RegisterExtension
	static final QuietLog log = new QuietLog();

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void shutDownShouldEndEveryDialectAtOnce(boolean filtered) {
		Class<?>[] configuration = filtered ? new Class<?>[] { PassingFilter.class } : new Class<?>[0];
		try (CometServer server = CometServer.start(configuration, "comet.heartbeat=1h", "comet.timeout=1h");
				RawConnection json = RawConnection.open(server.port());
				RawEventStream events = RawEventStream.open(server.port(), "channel=a");
				RawWebSocket idle = RawWebSocket.open(server.port())) {
			Channel channel = server.create("b");
			json.request("POST", "/comet", "application/json", "{\"channels\":[\"b\"]}");
			RawEventStream stream = RawEventStream.open(server.port(), "channel=b");
			RawWebSocket socket = RawWebSocket.open(server.port());
			socket.send("{\"subscribe\":[\"b\"]}").text();
			Await.until(() -> channel.subscribers() == 3);
			long begin = System.nanoTime();
			server.context().close();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
			assertThat(socket.text()).isEqualTo("close 1001");
			assertThat(idle.text()).isEqualTo("close 1001");
			assertThat(stream.nextMessage()).isNull();
			Answer answer = json.read();
			assertThat(answer.status()).isEqualTo(503);
			assertThat(answer.body()).contains("\"cursor\":");
			assertThat(events.head().status()).isEqualTo(204);
			stream.close();
			socket.close();
		}
	}

}
